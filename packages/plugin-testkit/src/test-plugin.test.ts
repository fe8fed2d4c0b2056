import * as tf from '@tensorflow/tfjs-core';
import { earlyStopping, requireState, type StateDict, type TrainingPlugin } from '@ulmfit/trainer';
import { describe, expect, it } from 'vitest';
import { testPlugin, toyLoader, toyModel, type ToyTextTaps } from './index.js';

type Plugin = TrainingPlugin<unknown, unknown, Pick<ToyTextTaps, 'hidden'>>;

/** Lowers the rate by what it has counted, and keeps the mean gradient of the top: a plugin that does all right. */
function right(change: (state: { count: number; mean: tf.Tensor }) => Partial<Plugin> = () => ({})): Plugin {
  const state = { count: 0, mean: tf.keep(tf.scalar(0)) as tf.Tensor };
  const set = (mean: tf.Tensor) => {
    state.mean.dispose();
    state.mean = tf.keep(mean);
  };
  return {
    name: 'mine',
    beforeFit: () => {
      state.count = 0;
      set(tf.scalar(0));
    },
    rate: () => 1 / (1 + state.count),
    gradients: (gradients) => {
      set(tf.add(tf.mul(state.mean, 0.5), tf.mean(gradients['head.0'] as tf.Tensor)));
      return gradients;
    },
    afterStep: () => void state.count++,
    stateDict: () => ({ json: { count: state.count }, tensors: { mean: state.mean } }),
    loadStateDict({ json, tensors }: StateDict<{ count: number }>) {
      const { count, ...rest } = json;
      const { mean, ...others } = tensors;
      if (count === undefined || !mean || Object.keys({ ...rest, ...others }).length > 0)
        throw new Error('no');
      state.count = count;
      set(mean.clone());
    },
    ...change(state),
  };
}

let outside = 0;
let shared = 0;
const one = right();

const wrong: [what: string, make: () => Plugin, message: RegExp][] = [
  [
    'a state that misses a private count',
    () => {
      let count = 0;
      return { name: 'mine', rate: () => 1 / (1 + count), afterStep: () => void count++ };
    },
    /^mine: a fit that is resumed at step 1 goes another way: at step 2 embedding\.lr is 0\.1.*, without the break 0\.05.*; save what is kept between steps in stateDict$/,
  ],
  [
    'a state that misses a field',
    () => ({
      name: 'mine',
      seen: 0,
      afterStep(this: { seen: number }) {
        this.seen++;
      },
    }),
    /^mine: stateDict misses seen, which is 1 at step 1 and 0 after a resume there; save it in stateDict, or make it private/,
  ],
  [
    'a state that is not loaded',
    () => right(() => ({ loadStateDict: () => undefined })),
    /^mine: loadStateDict takes a state without count; throw for it, such as by requireState/,
  ],
  [
    'a state that is loaded in part',
    () => right((state) => ({ loadStateDict: loader((json) => void (state.count = json.count)) })),
    /^mine: loadStateDict does not bring back mean\.values\[0\]: .* at step 1, 0 after it was loaded; set all that/,
  ],
  [
    'a state that JSON does not hold',
    () =>
      right((state) => ({ stateDict: () => ({ json: { best: Infinity }, tensors: { mean: state.mean } }) })),
    /^mine: stateDict has Infinity at best, which JSON turns into null; save what JSON can hold$/,
  ],
  [
    'a state that is made at each call',
    () => right((state) => ({ stateDict: () => ({ json: null, tensors: { mean: state.mean.clone() } }) })),
    /^mine: stateDict makes 1 new tensors at each call; lend/,
  ],
  [
    'a state that keeps what it was given',
    () =>
      right((state) => ({
        loadStateDict: loader((json, mean) => {
          state.mean.dispose();
          state.count = json.count;
          state.mean = mean;
        }),
      })),
    /^mine: loadStateDict keeps the tensor mean itself, which its owner frees; keep a clone/,
  ],
  [
    'a state that leaves the one before',
    () =>
      right((state) => ({
        loadStateDict: loader((json, mean) => {
          state.count = json.count;
          state.mean = mean.clone();
        }),
      })),
    /^mine: loadStateDict leaves 1 tensors at each call; free those of the state before$/,
  ],
  [
    'draws of the machine',
    () => ({ name: 'mine', rate: () => Math.random() }),
    /^mine: two equal fits differ: at step 1 embedding\.lr is .*; draw by pass\.random or a key of ctx\.seed/,
  ],
  [
    'state outside of it',
    () => ({ name: 'mine', rate: () => 1 / (1 + outside), afterStep: () => void outside++ }),
    /^mine: two equal fits differ: .* and keep nothing outside of the function that makes the plugin$/,
  ],
  [
    'a state that all share',
    () => {
      const own = right();
      return {
        ...own,
        beforeFit: () => {
          shared = 0;
        },
        afterStep: () => void shared++,
        rate: () => 1,
        gradients: (gradients) => gradients,
        stateDict: () => ({ json: { shared }, tensors: {} }),
        loadStateDict: (saved) => {
          requireState('mine', saved, ['shared']);
          ({ shared } = saved.json as { shared: number });
        },
      };
    },
    /^mine: shares its state with another of its kind: json\.shared of the first is 2 after the other's fit, and was 8; keep/,
  ],
  [
    'a state that is disposed',
    () =>
      right(({ count }) => {
        const gone = tf.scalar(1);
        gone.dispose();
        return { stateDict: () => ({ json: { count }, tensors: { mean: gone } }) };
      }),
    /^mine: stateDict lends mean, which is disposed; keep it by tf\.keep, and clone what loadStateDict is given$/,
  ],
  [
    'a state that comes back another',
    () => right((state) => ({ loadStateDict: loader((json) => void (state.count = json.count + 1)) })),
    /^mine: loadStateDict does not bring back json\.count: 8 was saved, 9 is there; set all that stateDict saves$/,
  ],
  ['one object for all', () => one, /^mine: is one object in two trainers, which would share its state/],
  [
    'another name each time',
    () => ({ name: `mine${outside++}` }),
    /^mine\d+: is named mine\d+ when it is made again, and a checkpoint would not find it/,
  ],
  [
    'a tensor left at each step',
    () => ({ name: 'mine', afterStep: () => void tf.scalar(1) }),
    /^mine: leaves tensors behind, 1 a step; make them within tf\.tidy/,
  ],
  [
    'a tensor left at each epoch',
    () => ({ name: 'mine', afterEpoch: () => void tf.scalar(1) }),
    /^mine: leaves tensors behind, 1 an epoch/,
  ],
  [
    'a tensor left for ever',
    () => ({ name: 'mine', beforeFit: () => void tf.scalar(1) }),
    /^mine: keeps 2 tensors after its fits that neither dispose\(\) nor stateDict knows/,
  ],
  [
    'weights that it changes though they are frozen',
    () => ({
      name: 'mine',
      afterStep: ({ groups }) => {
        for (const { variable } of groups.parameters) tf.tidy(() => variable.assign(tf.mul(variable, 0.9)));
      },
    }),
    /^mine: changes embedding at step 1, whose group is frozen; update only what has a gradient/,
  ],
  [
    'a hook with a typing error',
    () => ({ name: 'mine', afterstep: () => undefined }) as Plugin,
    /^mine has afterstep, which is no hook; is it afterStep\?$/,
  ],
  [
    'half a state',
    () => ({ name: 'mine', stateDict: () => ({ json: null, tensors: {} }) }),
    /^mine has only one of/,
  ],
  [
    'a gradient that is not there when frozen',
    () => ({
      name: 'mine',
      gradients: (gradients) => ({ ...gradients, embedding: tf.mul(gradients['embedding'] as tf.Tensor, 2) }),
    }),
    /^mine: gradients: /,
  ],
];

function loader(load: (json: { count: number }, mean: tf.Tensor) => void) {
  return ({ json, tensors }: StateDict) => {
    const { count, ...rest } = json as { count: number };
    const { mean, ...others } = tensors;
    if (count === undefined || !mean || Object.keys({ ...rest, ...others }).length > 0) throw new Error('no');
    load({ count }, mean);
  };
}

describe('testPlugin', () => {
  it('has nothing to say of a plugin that keeps to the protocol', async () => {
    await testPlugin(() => right());
    await testPlugin(() => ({ name: 'nothing' }));
  });

  it.each(wrong)('tells of %s', async (_, make, message) => {
    await expect(testPlugin(make)).rejects.toThrow(message);
  });

  it('tries a plugin on a model of one’s own', async () => {
    const bench = {
      model: () => toyModel({ carries: true }),
      train: toyLoader([2, 1, 2]),
      validate: toyLoader([2]),
    };
    await testPlugin(() => earlyStopping({ patience: 1 }), bench);
    const { validate: _, ...blind } = bench;
    await expect(testPlugin(() => earlyStopping({ patience: 1 }), blind)).rejects.toThrow(
      /the fit has no validation/,
    );
  });
});
