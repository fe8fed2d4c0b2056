import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { CarriedStates, inferencePass, Pass, type TrainingPlugin } from '@ulmfit/trainer';
import { assertClose, parityMissing, readGolden } from '../../../tools/parity.js';
import { tapHandlers } from '../../trainer/src/plugin/tap-handlers.js';
import { differentiate } from '../../trainer/src/loop/train-step.js';
import { createClassifier, type ClassifierInput } from './classifier.js';
import { byOurNames, loadGolden } from './fastai-parameters.test-helper.js';
import { createLanguageModel } from './language-model.js';
import { globalNorm } from '@ulmfit/kernels';
import { activationRegularization, temporalActivationRegularization } from '@ulmfit/regularizers';
import type { AwdLstmTaps } from './awd-lstm-taps.js';
import type { ClassifierTaps, LanguageModelTaps } from './taps.js';

interface Meta {
  config: { emb_sz: number; n_hid: number; n_layers: number; pad_token: number };
  vocab_sz?: number;
}

const encoderConfig = ({ config }: Meta, vocabulary: number) => ({
  vocabulary,
  embedding: config.emb_sz,
  hidden: config.n_hid,
  layers: config.n_layers,
  padIndex: config.pad_token,
});

/** `[batch, time, features]` to `[time, batch, features]`. */
const timeMajor = (t: tf.Tensor) => tf.transpose(t, [1, 0, 2]);

/** Feeds recorded masks through the taps, in the order in which fastai used them. */
function recordedMasks(masks: readonly tf.Tensor[]) {
  let next = 0;
  const take = () => {
    const mask = masks[next++];
    if (!mask) throw new Error(`only ${masks.length} masks were recorded`);
    return mask;
  };
  const overTime = (x: tf.Tensor) => {
    const mask = timeMajor(take());
    expect([1, x.shape[1], x.shape[2]]).toEqual(mask.shape);
    return tf.mul(x, mask);
  };
  const encoder: TrainingPlugin<unknown, unknown, AwdLstmTaps> = {
    name: 'recorded masks',
    rewrite: {
      embedding: (x, _pass, { ids }) =>
        tf.mul(x, tf.reshape(tf.gather(take(), tf.reshape(ids, [-1])), [...ids.shape, 1])),
      input: overTime,
      weightHh: (w) => tf.mul(w, take()),
      hidden: overTime,
    },
  };
  return { encoder, overTime, take, done: () => expect(next).toBe(masks.length) };
}

const masksOf = (tensors: Record<string, tf.Tensor>) =>
  Object.keys(tensors)
    .filter((name) => name.startsWith('mask/'))
    .sort((a, b) => Number(a.slice(5)) - Number(b.slice(5)))
    .map((name) => tensors[name] as tf.Tensor);

const missingEval = parityMissing('lm_eval.json', 'lm_eval.safetensors');
describe.skipIf(missingEval)(`language model in evaluation ${missingEval || ''}`, () => {
  it('gives the logits, raw outputs, losses and states of two windows', () => {
    const { meta, tensors } = readGolden<Meta>('lm_eval');
    const vocabulary = meta.vocab_sz as number;
    const model = createLanguageModel(encoderConfig(meta, vocabulary));
    loadGolden(model, 'param', tensors);
    const carried = new CarriedStates();
    for (const window of [1, 2]) {
      inferencePass((pass) => {
        tf.tidy(() => {
          const [ids, targets] = [tensors[`x${window}`] as tf.Tensor2D, tensors[`y${window}`] as tf.Tensor2D];
          const [batch, time] = ids.shape;
          const output = model.forward({ ids, targets }, pass);
          const logits = tf.reshape(model.logits(output), [time, batch, vocabulary]);
          assertClose(timeMajor(logits), tensors[`logits${window}`] as tf.Tensor, 'logits');
          assertClose(timeMajor(output.hidden), tensors[`raw${window}`] as tf.Tensor, 'raw');
          assertClose(
            model.loss(output, { ids, targets }, pass),
            tensors[`loss${window}`] as tf.Tensor,
            'loss',
          );
        });
      }, carried);
      model.encoder.layers.forEach((_, l) => {
        assertClose(
          carried.get(`rnn.${l}.h`) as tf.Tensor,
          tensors[`h${window}/${l}`] as tf.Tensor,
          `h ${l}`,
        );
        assertClose(
          carried.get(`rnn.${l}.c`) as tf.Tensor,
          tensors[`c${window}/${l}`] as tf.Tensor,
          `c ${l}`,
        );
      });
    }
  });
});

const missingTrain = parityMissing('lm_train.json', 'lm_train.safetensors');
describe.skipIf(missingTrain)(`language model in training ${missingTrain || ''}`, () => {
  it('gives the outputs, loss terms and every gradient under recorded masks', () => {
    const { meta, tensors } = readGolden<Meta & { alpha: number; beta: number }>('lm_train');
    const embedding = tensors['param/0.encoder.weight'] as tf.Tensor;
    const model = createLanguageModel(encoderConfig(meta, embedding.shape[0] as number));
    loadGolden(model, 'param', tensors);
    const masks = recordedMasks(masksOf(tensors));
    const seen: Partial<Record<'raw' | 'dropped', tf.Tensor>> = {};
    const plugins: TrainingPlugin<unknown, unknown, LanguageModelTaps>[] = [
      { ...masks.encoder, rewrite: { ...masks.encoder.rewrite, output: masks.overTime } },
      activationRegularization(meta.alpha),
      temporalActivationRegularization(meta.beta),
      {
        name: 'seen',
        observe: {
          raw: (x) => (seen.raw = tf.keep(x.clone())),
          dropped: (x) => (seen.dropped = tf.keep(x.clone())),
        },
      },
    ];
    const trained = model.groups.flatMap((g) => g.parameters);
    const pass = new Pass({
      phase: 'train',
      carried: new CarriedStates(),
      handlers: tapHandlers(plugins),
      trained: new Set(trained),
    });
    const batch = { ids: tensors['x'] as tf.Tensor2D, targets: tensors['y'] as tf.Tensor2D };
    const { gradients, scalars } = differentiate(model, batch, pass, plugins, trained);
    masks.done();
    assertClose(timeMajor(seen.raw as tf.Tensor), tensors['raw'] as tf.Tensor, 'raw');
    assertClose(timeMajor(seen.dropped as tf.Tensor), tensors['dropped'] as tf.Tensor, 'dropped');
    assertClose(scalars['loss'] as tf.Tensor, tensors['ce'] as tf.Tensor, 'cross-entropy');
    assertClose(scalars['ar'] as tf.Tensor, tensors['ar'] as tf.Tensor, 'AR');
    assertClose(scalars['tar'] as tf.Tensor, tensors['tar'] as tf.Tensor, 'TAR');
    const golden = byOurNames('grad', tensors);
    expect(Object.keys(gradients).sort()).toEqual(Object.keys(golden).sort());
    for (const [name, gradient] of Object.entries(gradients)) {
      assertClose(gradient, golden[name] as tf.Tensor, `gradient of ${name}`);
    }
    assertClose(globalNorm(Object.values(gradients)), tensors['grad_norm'] as tf.Tensor, 'norm');
  });
});

const missingClassifier = parityMissing('classifier.json', 'classifier.safetensors');
describe.skipIf(missingClassifier)(`classifier ${missingClassifier || ''}`, () => {
  interface ClassifierMeta extends Meta {
    n_class: number;
    seq_len: number;
    max_len: number;
    lin_ftrs: number[];
    lengths: number[];
  }
  const setUp = () => {
    const { meta, tensors } = readGolden<ClassifierMeta>('classifier');
    const model = createClassifier({
      ...encoderConfig(meta, meta.vocab_sz as number),
      classes: meta.n_class,
      window: meta.seq_len,
      maxLength: meta.max_len,
      headLayers: meta.lin_ftrs,
    });
    loadGolden(model, 'param', tensors);
    // The file was written after the training pass, its running statistics with it: a new model's are 0 and 1.
    for (const { name, variable } of model.buffers ?? []) {
      variable.assign(name.endsWith('mean') ? tf.zerosLike(variable) : tf.onesLike(variable));
    }
    const ids = tensors['x'] as tf.Tensor2D;
    const longest = Math.max(...meta.lengths);
    const starts = meta.lengths.map((n) => Math.floor((longest - n) / meta.seq_len) * meta.seq_len);
    const batch: ClassifierInput = {
      ids,
      labels: tensors['y'] as tf.Tensor1D,
      lengths: meta.lengths,
      starts,
    };
    return { meta, tensors, model, batch };
  };

  it('gives the encoder output, pooling and logits in evaluation', () => {
    const { tensors, model, batch } = setUp();
    inferencePass((pass) => {
      const { encoded, pooled, logits } = model.forward(batch, pass);
      // fastai's output goes on over padding; what counts are the steps that are not masked.
      const mask = tf.cast(tf.expandDims(tf.logicalNot(tensors['encoder_mask'] as tf.Tensor), 2), 'float32');
      const of = (t: tf.Tensor) => tf.mul(t, mask);
      assertClose(of(timeMajor(encoded)), of(tensors['encoder_output'] as tf.Tensor), 'encoder output');
      assertClose(pooled, tensors['pooled'] as tf.Tensor, 'pooled');
      assertClose(logits, tensors['logits_eval'] as tf.Tensor, 'logits');
    }, new CarriedStates());
  });

  it('gives the loss, every gradient and the BatchNorm statistics in training', () => {
    const { tensors, model, batch } = setUp();
    const masks = recordedMasks(masksOf(tensors));
    const regularisers = [activationRegularization(2), temporalActivationRegularization(1)];
    const terms: Record<string, tf.Scalar> = {};
    const plugins: TrainingPlugin<ClassifierInput, unknown, ClassifierTaps>[] = [
      { ...masks.encoder, rewrite: { ...masks.encoder.rewrite, head: (x) => tf.mul(x, masks.take()) } },
      // The golden gradients are of the task's loss alone: the terms are looked at, not added.
      ...regularisers.map(({ loss, ...rest }): TrainingPlugin<unknown, unknown, ClassifierTaps> => ({
        ...rest,
        loss: (ctx) => {
          for (const [name, term] of Object.entries(loss?.(ctx) ?? {})) terms[name] = tf.keep(term.clone());
          return undefined;
        },
      })),
    ];
    const trained = model.groups.flatMap((g) => g.parameters);
    const pass = new Pass({
      phase: 'train',
      carried: new CarriedStates(),
      handlers: tapHandlers(plugins),
      trained: new Set(trained),
    });
    const { gradients, scalars } = differentiate(model, batch, pass, plugins, trained);
    pass.commit();
    masks.done();
    assertClose(scalars['loss'] as tf.Tensor, tensors['loss_train'] as tf.Tensor, 'loss');
    assertClose(terms['ar'] as tf.Tensor, tensors['ar'] as tf.Tensor, 'AR');
    assertClose(terms['tar'] as tf.Tensor, tensors['tar'] as tf.Tensor, 'TAR');
    const golden = byOurNames('grad', tensors);
    expect(Object.keys(gradients).sort()).toEqual(Object.keys(golden).sort());
    for (const [name, gradient] of Object.entries(gradients)) {
      assertClose(gradient, golden[name] as tf.Tensor, `gradient of ${name}`);
    }
    const statistics = byOurNames('after', tensors);
    for (const { name, variable } of model.buffers ?? [])
      assertClose(variable, statistics[name] as tf.Tensor, name);
  });
});
