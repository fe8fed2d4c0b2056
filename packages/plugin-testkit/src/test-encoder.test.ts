import * as tf from '@tensorflow/tfjs-core';
import { createAwdLstm, type Encoder } from '@ulmfit/awd-lstm';
import { embeddingLookup, randomKey, uniformValues } from '@ulmfit/kernels';
import { parameter, timeMajor, type TimeMajor } from '@ulmfit/trainer';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { testEncoder, type TestedEncoder } from './index.js';

interface Taps {
  input: TimeMajor;
}
type Mine = TestedEncoder<Taps>;
type Run = Mine['run'];

const drawn = <R extends tf.Rank>(name: string, shape: tf.ShapeMap[R]) => {
  const size = (shape as readonly number[]).reduce((a, b) => a * b, 1);
  const values = uniformValues(size, -0.5, 0.5, randomKey({ seed: 1, stream: name }));
  return parameter(name, 'weight', tf.tensor<R>(values, shape));
};

/** `h = tanh(x + h U)`, with what is changed. */
function mine(change: (own: Mine) => Partial<Mine> = () => ({}), named = 'weight'): Mine {
  const embedding = drawn<tf.Rank.R2>('embedding', [7, 3]);
  const weight = drawn<tf.Rank.R2>(named, [3, 3]);
  const own: Mine = {
    architecture: 'mine',
    config: { vocabulary: 7 },
    embedding,
    features: 3,
    groups: [{ name: 'layer', parameters: [weight] }],
    taps: ['input'],
    stepwise: true,
    initialStates: (batch) => ({ h: tf.zeros([batch, 3]) }),
    run(ids, states, pass) {
      const looked = embeddingLookup(embedding.variable as tf.Tensor2D, tf.transpose(ids));
      const x = pass.tap('input', looked, timeMajor);
      let h = states['h'] as tf.Tensor2D;
      const outputs = Array.from({ length: x.shape[0] ?? 0 }, (_, t) => {
        const step = tf.reshape(tf.slice(x, [t, 0, 0], [1, -1, -1]), [-1, 3]);
        return (h = tf.tanh(tf.add(step, tf.matMul(h, weight.variable as tf.Tensor2D))));
      });
      return { output: tf.stack(outputs) as tf.Tensor3D, states: { h } };
    },
  };
  return { ...own, ...change(own) };
}

const after =
  (change: (output: tf.Tensor3D, pass: Parameters<Run>[2]) => tf.Tensor) =>
  ({ run }: Mine): Partial<Mine> => ({
    run: (ids, states, pass) => {
      const made = run(ids, states, pass);
      return { ...made, output: change(made.output, pass) as tf.Tensor3D };
    },
  });

let made = 0;
const common = drawn('common', [1]);
const spare = () => drawn('spare', [1]);

const wrong: [what: string, make: () => Mine, message: RegExp][] = [
  ['no architecture', () => mine(() => ({ architecture: '' })), /has no architecture; give it a name/],
  [
    'another vocabulary',
    () => mine(() => ({ config: { vocabulary: 8 } })),
    /^mine: config\.vocabulary is 8, and the embedding has 7 rows; make them equal$/,
  ],
  [
    'an embedding in a group too',
    () => mine(({ embedding }) => ({ groups: [{ name: 'layer', parameters: [embedding as never] }] })),
    /^mine: has two parameters named embedding; a checkpoint keeps them by name/,
  ],
  [
    'names of the moment',
    () => mine(undefined, `weight${++made}`),
    /^mine: names its parameters differently when it is made again: "weight1", then "weight2"; name them alike$/,
  ],
  [
    'sizes that JSON does not hold',
    () => mine(() => ({ config: { vocabulary: 7, rate: NaN } as Mine['config'] })),
    /^mine: config has NaN at rate, which JSON turns into null; a bundle keeps it as JSON$/,
  ],
  ['no features', () => mine(() => ({ features: 0 })), /^mine: features is 0; give the size of the output$/],
  [
    'parameters that all share',
    () => mine(({ groups }) => ({ groups: [...groups, { name: 'common', parameters: [common] }] })),
    /^mine: shares common with another of its kind; make parameters in the function that makes the encoder$/,
  ],
  [
    'weights of the moment',
    () =>
      mine(({ groups }) => ({
        groups: [...groups, { name: 'p', parameters: [parameter('p', 'bias', tf.scalar(++made))] }],
      })),
    /^mine: draws other numbers for p when it is made again; draw by randomKey of @ulmfit\/kernels, of a seed$/,
  ],
  [
    'first weights that are too large',
    () => mine(after((output) => tf.div(output, 0))),
    /^mine: gives NaN or infinite numbers with its first weights; draw smaller ones$/,
  ],
  [
    'a tensor left at each pass of training',
    () => mine(after((output, { training }) => (training ? tf.add(output, tf.keep(tf.scalar(0))) : output))),
    /^mine: keeps \d+ tensors that are neither parameters nor buffers/,
  ],
  [
    'a batch-major output',
    () => mine(after((output) => tf.transpose(output, [1, 0, 2]))),
    /^mine: gives \[3, 6, 3\] for ids of \[3, 6\]; the output is \[6, 3, 3\]: time, batch, features$/,
  ],
  [
    'a state of no batch',
    () => mine(() => ({ initialStates: () => ({ h: tf.zeros([1, 3]) }) })),
    /^mine: has the state h with 1 before and 3 after a window of 3 rows; give it both times, with the batch/,
  ],
  [
    'states that differ by row',
    () =>
      mine(() => ({
        initialStates: (batch) => ({ h: tf.mul(tf.ones([batch, 3]), tf.range(0, batch).reshape([-1, 1])) }),
      })),
    /^mine: gives row 1 another initial state h than row 0; give each text the same$/,
  ],
  [
    'rows that see each other',
    () => mine(after((output) => tf.sub(output, tf.mean(output, 1, true)))),
    /^mine: gives a text other numbers in a batch than alone: .*; let no row depend on another$/,
  ],
  [
    'a look ahead',
    () => mine((own) => ({ ...after((output) => tf.reverse(output, 0))(own), stepwise: false })),
    /^mine: looks ahead: a step’s output changes with an id after it/,
  ],
  [
    'a state that it forgets',
    () =>
      mine(({ run, initialStates }) => ({
        run: (ids, _, pass) => run(ids, initialStates(ids.shape[0]), pass),
      })),
    /^mine: is stepwise and gives .* in windows, .* at once; give back as states all that the next window needs/,
  ],
  [
    'a tap that it does not name',
    () => mine(() => ({ taps: ['input', 'hidden'] as never })),
    /^mine: lists the tap hidden and does not name it in run/,
  ],
  [
    'a tap that it does not list',
    () => mine(() => ({ taps: [] })),
    /^mine: names the tap input, which is not in taps; list/,
  ],
  [
    'a tap whose tensor it does not use',
    () =>
      mine(({ run }) => ({
        run: (ids, states, pass) =>
          run(ids, states, {
            ...{ phase: pass.phase, training: pass.training },
            tap: (tap, x, context) => (pass.tap(tap, x, context), x),
            trains: (p) => pass.trains(p),
            carried: (key) => pass.carried(key),
            carry: (key, t) => pass.carry(key, t),
            read: (b) => pass.read(b),
            update: (b, t) => pass.update(b, t),
            random: (stream) => pass.random(stream),
          }),
      })),
    /^mine: does not use what plugins make of the tap input; go on with what pass\.tap gives back$/,
  ],
  [
    'a layout that is not so',
    () =>
      mine((own) => ({
        ...after((output, pass) => (pass.tap('input', tf.mean(output, 0), timeMajor), output))(own),
      })),
    /^mine: calls the tap input time-major, and its tensor is \[3, 3\] for 3 texts of 6; transpose it/,
  ],
  [
    'a parameter that is not used',
    () => mine(({ groups }) => ({ groups: [...groups, { name: 'spare', parameters: [spare()] }] })),
    /^mine: gives spare no gradient; use it in run by operations that have one, or make it a buffer$/,
  ],
  [
    'a tensor that it keeps',
    () => mine(after((output) => tf.add(output, tf.keep(tf.scalar(0))))),
    /^mine: keeps \d+ tensors that are neither parameters nor buffers/,
  ],
  [
    'draws of the machine in training',
    () => mine(after((output, { training }) => (training ? tf.mul(output, 1 + Math.random()) : output))),
    /^mine: two equal fits differ: .*; draw by pass\.random, and keep nothing between passes but states$/,
  ],
];

describe('testEncoder', () => {
  it('has nothing to say of encoders that do all right', async () => {
    await testEncoder(() => mine());
    await testEncoder(() => createAwdLstm({ vocabulary: 7, embedding: 3, hidden: 4, layers: 2 }));
  });

  it.each(wrong)('tells of %s', async (_, make, message) => {
    await expect(testEncoder(make)).rejects.toThrow(message);
  });

  it('takes any encoder of the models', () => {
    expectTypeOf<Encoder<Taps>>().toExtend<TestedEncoder<Taps>>();
    expectTypeOf<TestedEncoder<Taps>>().toExtend<Encoder<Taps>>();
  });
});
