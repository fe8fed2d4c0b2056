import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { adam, asgd, clipGlobalNorm, everythingDecays } from '@ulmfit/optimizers';
import { createTrainer, type Loader, type Optimizer, type OptimizerFactory } from '@ulmfit/trainer';
import { assertClose, parityMissing, readGolden } from '../../../tools/parity.js';
import { byOurNames, loadGolden, ourName } from './fastai-parameters.test-helper.js';
import { createLanguageModel, type LanguageModelInput } from './language-model.js';

interface Meta {
  config: { emb_sz: number; n_hid: number; n_layers: number; pad_token: number };
  clip: number;
  losses: number[];
  grad_norms: number[];
}

/** Trains on the golden batches; the states carry over, as fastai's do within an epoch. */
async function train<M extends Meta, O extends Optimizer>(
  name: string,
  optimizer: (meta: M) => { factory: OptimizerFactory<O>; lr: number | Record<string, number> },
) {
  const { meta, tensors } = readGolden<M>(name);
  const { emb_sz: embedding, n_hid: hidden, n_layers: layers, pad_token: padIndex } = meta.config;
  const vocabulary = (tensors['param0/0.encoder.weight'] as tf.Tensor).shape[0] as number;
  const model = createLanguageModel({ vocabulary, embedding, hidden, layers, padIndex });
  loadGolden(model, 'param0', tensors);
  const [x, y] = [tf.unstack(tensors['x'] as tf.Tensor), tf.unstack(tensors['y'] as tf.Tensor)];
  const loader: Loader<LanguageModelInput> = {
    batches: () => x.length,
    open: () => x.map((ids, i) => ({ ids: ids as tf.Tensor2D, targets: y[i] as tf.Tensor2D })).values(),
  };
  const { factory, lr } = optimizer(meta);
  const trainer = createTrainer({ model, optimizer: factory, plugins: [clipGlobalNorm(meta.clip)] });
  const seen: Record<string, number>[] = [];
  const watch = {
    name: 'watch',
    afterBatch: (ctx: { last: Readonly<Record<string, number>> }) => void seen.push(ctx.last),
  };
  await trainer.fit({ stage: 'golden', train: loader, epochs: 1, lr, plugins: [watch] });
  seen.forEach(({ loss, gradNorm }, i) => {
    expect(loss).toBeCloseTo(meta.losses[i] as number, 4);
    expect(gradNorm).toBeCloseTo(meta.grad_norms[i] as number, 5);
  });
  expect(seen).toHaveLength(meta.losses.length);
  const golden = byOurNames('param6', tensors);
  for (const { name, variable } of trainer.groups.parameters)
    assertClose(variable, golden[name] as tf.Tensor, name);
  return { trainer, tensors };
}

const missingAdam = parityMissing('adam_discriminative.json', 'adam_discriminative.safetensors');
describe.skipIf(missingAdam)(`six steps of discriminative Adam ${missingAdam || ''}`, () => {
  it('end at fastai’s weights, with its losses and norms on the way', async () => {
    interface AdamMeta extends Meta {
      lrs: number[];
      groups: string[][];
      mom: number;
      sqr_mom: number;
      eps: number;
      wd: number;
    }
    await train<AdamMeta, Optimizer>('adam_discriminative', ({ lrs, groups, mom, sqr_mom, eps, wd }) => ({
      factory: adam({ beta1: mom, beta2: sqr_mom, eps, weightDecay: wd, decays: everythingDecays }),
      lr: Object.fromEntries(
        groups.map(([first], i) => {
          const layer = /^rnn\.(\d+)/.exec(ourName(first as string) ?? '');
          return [layer ? `rnn${Number(layer[1]) + 1}` : 'decoder', lrs[i] as number];
        }),
      ),
    }));
  });
});

const missingAsgd = parityMissing('asgd.json', 'asgd.safetensors');
describe.skipIf(missingAsgd)(`six steps of ASGD ${missingAsgd || ''}`, () => {
  it('end at PyTorch’s weights, averages, losses and norms', async () => {
    interface AsgdMeta extends Meta {
      lr: number;
      t0: number;
      lambd: number;
      weight_decay: number;
    }
    const { trainer, tensors } = await train<AsgdMeta, Optimizer>(
      'asgd',
      ({ lr, t0, lambd, weight_decay }) => ({
        factory: asgd({ t0, lambd, weightDecay: weight_decay }),
        lr,
      }),
    );
    const average = byOurNames('average6', tensors);
    const weights = trainer.optimizer.evaluationWeights?.() ?? {};
    expect(Object.keys(weights).sort()).toEqual(Object.keys(average).sort());
    for (const [name, weight] of Object.entries(weights))
      assertClose(weight, average[name] as tf.Tensor, name);
  });
});
