import { dispose, keep, type Tensor } from '@tensorflow/tfjs-core';
import type { Optimizer } from '../model/optimizer.js';
import { assignByName, type Buffer } from '../model/parameter.js';
import type { ParameterGroup } from '../model/parameter-groups.js';
import type { TrainingPlugin } from '../plugin/plugin.js';
import { requireState } from '../state/require-state.js';
import { prefixTensors, tensorsUnder, type StateDict } from '../state/stateful.js';
import { figureOf, isBetterFigure, type WatchOptions } from '../plugin/watched-figure.js';

/** The epoch whose watched figure was the best. A `type`, since it is part of a state. */
export type BestEpoch = {
  /** The fit that it belongs to. */
  readonly stage: string;
  /** From 0, within the fit. */
  readonly epoch: number;
  /** Updates of the fit at its end. */
  readonly step: number;
  /** The watched figure. */
  readonly value: number;
};

/** A trainer, as far as weights are put back in it. */
export interface Restorable {
  readonly model: { readonly groups: readonly ParameterGroup[]; readonly buffers?: readonly Buffer[] };
  readonly optimizer: Pick<Optimizer, 'reset'>;
}

/** See `keepBest`. */
export interface KeepBest extends TrainingPlugin {
  /** The best epoch so far; undefined before the first validation with a figure. */
  readonly best: BestEpoch | undefined;
  /**
   * Gives the model the weights and buffers of the best epoch. The optimizer forgets its state, which belongs to other
   * weights. Without a best epoch nothing is changed.
   * @throws UlmfitError `STATE_MISMATCH` for a model of other parameters
   */
  restore(trainer: Restorable): BestEpoch | undefined;
  /** Frees the copy. */
  dispose(): void;
}

/**
 * Keeps a copy of the weights and buffers of the epoch with the best validation metric over all fits that use it; the first
 * of equal ones. Where a plugin or the optimizer has evaluation weights, those are kept: validation has seen them.
 *
 * It only watches: training continues from the last epoch. The copy is in every checkpoint, so a resumed run ends like an
 * uninterrupted one. Call `restore` after the last fit, and `dispose` in the end.
 * @throws UlmfitError in the fit `NO_SUCH_FIGURE`
 * @example
 * const best = keepBest({ watch: 'accuracy', better: 'more' });
 * const trainer = createTrainer({ model, optimizer: adam(), metrics: [accuracy], plugins: [best] });
 * await trainer.fit({ stage: 'head', train, validate, epochs: 1, lr: 1e-2 });
 * await trainer.fit({ stage: 'all', train, validate, epochs: 10, lr: 1e-3 });
 * console.log(best.restore(trainer)); // { stage: 'all', epoch: 6, step: 700, value: 0.91 }
 * best.dispose();
 */
export function keepBest(options: WatchOptions = {}): KeepBest {
  let best: BestEpoch | null = null;
  let kept: Record<string, Tensor> = {};
  /** What a copy is of; known within a fit. */
  let names: readonly string[] | undefined;
  const take = (tensors: Record<string, Tensor>) => {
    const copies = Object.fromEntries(Object.entries(tensors).map(([name, t]) => [name, keep(t.clone())]));
    dispose(Object.values(kept));
    kept = copies;
  };
  return {
    name: 'keepBest',
    get best() {
      return best ?? undefined;
    },
    beforeFit: ({ groups, model }) => {
      names = [
        ...groups.parameters.map(({ name }) => `parameter/${name}`),
        ...(model.buffers ?? []).map(({ name }) => `buffer/${name}`),
      ];
    },
    afterValidate: (ctx) => {
      if (ctx.rehearsal) return;
      const value = figureOf(ctx, 'keepBest', options);
      if (!isBetterFigure(value, best?.value ?? null, options)) return;
      const { tensors } = ctx.stateDict();
      take({
        ...prefixTensors('parameter', {
          ...tensorsUnder('parameter', tensors),
          ...ctx.evaluationWeights(),
        }),
        ...prefixTensors('buffer', tensorsUnder('buffer', tensors)),
      });
      best = { stage: ctx.stage, epoch: ctx.epoch, step: ctx.step, value };
    },
    afterEpoch: (ctx) => {
      // Without validation there would never be a best one.
      if (!ctx.validation && !ctx.rehearsal) figureOf(ctx, 'keepBest', options);
    },
    restore({ model, optimizer }) {
      if (!best) return undefined;
      const parameters = model.groups.flatMap((group) => group.parameters);
      assignByName('keepBest', parameters, tensorsUnder('parameter', kept));
      assignByName('keepBest', model.buffers ?? [], tensorsUnder('buffer', kept));
      optimizer.reset();
      return best;
    },
    dispose() {
      take({});
      best = null;
    },
    stateDict: () => ({ json: { best: best && { ...best } }, tensors: { ...kept } }),
    loadStateDict(saved: StateDict<{ best: BestEpoch | null }>) {
      const { json, tensors } = saved;
      requireState('keepBest', saved, ['best'], json.best ? (names ?? Object.keys(tensors)) : []);
      take(tensors);
      best = json.best && { ...json.best };
    },
  };
}
