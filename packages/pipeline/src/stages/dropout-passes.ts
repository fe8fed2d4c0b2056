import { tensor2d, type Tensor } from '@tensorflow/tfjs-core';
import { type AnyEncoder, type Classifier } from '@ulmfit/awd-lstm';
import { dropout } from '@ulmfit/kernels';
import { CarriedStates, Pass } from '@ulmfit/trainer';
import type { FeatureRows } from './pooled-features.js';

export interface DropoutPassesOptions {
  readonly passes: number;
  /** The rate of the dropout before each layer of the head. */
  readonly rates: readonly number[];
  readonly seed: number;
  /** Names the draws: another one has others. */
  readonly stage: string;
}

/** Documents that the head reads at once. */
const CHUNK = 1024;

/**
 * A classifier's logits of documents over several passes in which its head's dropout acts, `[passes][documents][classes]`: where they disagree,
 * the model does not know (Gal and Ghahramani 2016). The encoder reads a document once.
 */
export function dropoutPasses<E extends AnyEncoder>(
  { head, config: { classes } }: Pick<Classifier<E>, 'head' | 'config'>,
  { features, values }: FeatureRows,
  { passes, rates, seed, stage }: DropoutPassesOptions,
): number[][][] {
  const documents = values.length / features;
  const carried = new CarriedStates();
  return Array.from({ length: passes }, (_, number) => {
    const logits: number[][] = [];
    for (let at = 0; at < documents; at += CHUNK) {
      const handlers = {
        rewrite: (
          _name: string,
          x: Tensor,
          pass: { random(stream: string): Parameters<typeof dropout>[2] },
          context: unknown,
        ) => {
          const { block } = context as { block: number };
          return dropout(x, rates[block] ?? 0, pass.random(`dropout pass/${block}`));
        },
        observe: () => undefined,
      };
      const place = { seed, stage, step: number, microBatch: at / CHUNK };
      const pass = new Pass({ phase: 'predict', carried, handlers, ...place });
      const rows = tensor2d(values.subarray(at * features, (at + CHUNK) * features), [
        Math.min(CHUNK, documents - at),
        features,
      ]);
      const made = head.apply(rows, pass);
      pass.discard();
      const numbers = made.dataSync();
      for (let i = 0; i < numbers.length; i += classes)
        logits.push(Array.from(numbers.subarray(i, i + classes)));
      made.dispose();
      rows.dispose();
    }
    return logits;
  });
}
