import * as tf from '@tensorflow/tfjs-core';
import { requireState, type Optimizer, type OptimizerFactory, type StateDict } from '@ulmfit/trainer';
import { describe, expect, it } from 'vitest';
import { momentumSgd, testOptimizer } from './index.js';

type Inner = { velocity: Map<string, tf.Tensor>; groups: Parameters<OptimizerFactory['create']>[0] };

/** SGD with momentum that does all right, but for what is changed. */
function sgd(change: (own: Inner) => Partial<Optimizer> = () => ({})): OptimizerFactory {
  return {
    defaults: { lr: 0.05, momentum: 0.5 },
    create: (groups) => {
      const velocity = new Map<string, tf.Tensor>();
      const clear = () => {
        tf.dispose([...velocity.values()]);
        velocity.clear();
      };
      return {
        name: 'mine',
        step: (gradients) => step({ velocity, groups }, gradients),
        stateDict: () => ({ json: { names: [...velocity.keys()] }, tensors: Object.fromEntries(velocity) }),
        loadStateDict(saved: StateDict<{ names: string[] }>) {
          requireState('mine', saved, ['names'], saved.json.names);
          const copies = Object.entries(saved.tensors).map(
            ([name, t]) => [name, tf.keep(t.clone())] as const,
          );
          clear();
          for (const [name, t] of copies) velocity.set(name, t);
        },
        reset: clear,
        dispose: clear,
        ...change({ velocity, groups }),
      };
    },
  };
}

function step({ velocity, groups }: Inner, gradients: Readonly<Record<string, tf.Tensor>>, scale = 1): void {
  for (const { parameters, hyper } of groups) {
    for (const { name, variable } of parameters) {
      const gradient = gradients[name];
      if (!gradient) continue;
      const old = velocity.get(name);
      const next = tf.keep(
        tf.tidy(() => (old ? tf.add(tf.mul(old, hyper.momentum), gradient) : gradient.clone())),
      );
      old?.dispose();
      velocity.set(name, next);
      tf.tidy(() => variable.assign(tf.sub(variable, tf.mul(next, hyper.lr * scale))));
    }
  }
}

function forget(state: Map<string, tf.Tensor>): void {
  tf.dispose([...state.values()]);
  state.clear();
}

const stateful = { json: null, tensors: {} };
const shared = new Map<string, tf.Tensor>();

const wrong: [what: string, change: (own: Inner) => Partial<Optimizer>, message: RegExp][] = [
  [
    'steps that do nothing',
    () => ({ step: () => undefined }),
    /^mine: step leaves w0 as it is; update every parameter/,
  ],
  [
    'steps uphill',
    (own) => ({ step: (gradients) => step(own, gradients, -1) }),
    /^mine: does not learn: the loss goes from .*; subtract the gradient, or give testOptimizer a smaller lr$/,
  ],
  [
    'a rate of its own',
    ({ groups }) => ({
      ...{ stateDict: () => stateful, loadStateDict: () => undefined },
      step: (gradients) => {
        for (const { name, variable } of groups.parameters) {
          const g = gradients[name];
          if (g) tf.tidy(() => variable.assign(tf.sub(variable, tf.mul(g, 0.1))));
        }
      },
    }),
    /^mine: step moves a group whose lr is 0; read hyper\.lr of each group at each step$/,
  ],
  [
    'gradients that it frees',
    (own) => ({
      step: (gradients) => {
        step(own, gradients);
        tf.dispose(Object.values(gradients));
      },
    }),
    /^mine: step changes or frees the gradient of w0, which is lent/,
  ],
  [
    'momentum that moves what has no gradient',
    (own) => ({
      step: (gradients) => {
        const zeros = own.groups.parameters.map((p) => [p.name, tf.zerosLike(p.variable)] as const);
        tf.tidy(() => step(own, { ...Object.fromEntries(zeros), ...gradients }));
        tf.dispose(zeros.map(([, t]) => t));
      },
    }),
    /^mine: step moves a parameter that has no gradient, as when its group is frozen; leave it alone$/,
  ],
  [
    'a division by 0',
    ({ groups }) => ({
      ...{ stateDict: () => stateful, loadStateDict: requireNothing },
      step: (gradients) => {
        for (const { parameters, hyper } of groups) {
          for (const { name, variable } of parameters) {
            const g = gradients[name];
            if (!g) continue;
            tf.tidy(() => variable.assign(tf.sub(variable, tf.mul(tf.div(g, tf.abs(g)), hyper.lr))));
          }
        }
      },
    }),
    /^mine: step makes w0 NaN or infinite where the gradient is 0; add an epsilon to what it divides by$/,
  ],
  [
    'a state that is not saved',
    () => ({ stateDict: () => stateful, loadStateDict: requireNothing }),
    /^mine: leaves 3 tensors|^mine: a fit that is resumed at step 1 goes another way/,
  ],
  [
    'a reset that keeps',
    () => ({ reset: () => undefined }),
    /^mine: reset keeps json\.names\[0\]: "w0", at first/,
  ],
  [
    'a dispose that keeps',
    () => ({ dispose: () => undefined }),
    /^mine: leaves \d+ tensors when it is disposed of/,
  ],
  [
    'a state that all share',
    ({ groups }) => ({
      step: (gradients) => step({ velocity: shared, groups }, gradients),
      stateDict: () => ({ json: { names: [...shared.keys()] }, tensors: Object.fromEntries(shared) }),
      loadStateDict(saved) {
        requireState('mine', saved, ['names'], (saved.json as { names: string[] }).names);
        const copies = Object.entries(saved.tensors).map(([name, t]) => [name, tf.keep(t.clone())] as const);
        forget(shared);
        for (const [name, t] of copies) shared.set(name, t);
      },
      reset: () => forget(shared),
      dispose: () => forget(shared),
    }),
    /^mine: shares its state with another of its kind: json\.names\[0\]; keep it in what create gives$/,
  ],
  [
    'a momentum that goes on without a gradient',
    (own) => ({
      step: (gradients) => {
        for (const [name, old] of own.velocity) {
          if (gradients[name]) continue;
          own.velocity.set(name, tf.keep(tf.tidy(() => tf.mul(old, 0.5))));
          old.dispose();
        }
        step(own, gradients);
      },
    }),
    /^mine: step changes its state w0\[0\] of a parameter that has no gradient; leave it alone$/,
  ],
  [
    'steps to where no number is',
    (own) => ({ step: (gradients) => step(own, gradients, Infinity) }),
    /^mine: step makes w0 NaN or infinite; check what it divides by$/,
  ],
  [
    'a tensor left at each step',
    (own) => ({
      step: (gradients) => {
        step(own, gradients);
        tf.scalar(1);
      },
    }),
    /^mine: leaves 4 tensors when it is disposed of; free its state in dispose, and make the rest within tf\.tidy$/,
  ],
  [
    'draws of the machine',
    (own) => ({ step: (gradients) => step(own, gradients, 1 + Math.random() / 10) }),
    /^mine: two equal fits differ: at step 1 parameter\/w0\[0\] is .*; keep nothing outside of what create gives$/,
  ],
  [
    'a count that is not saved',
    (own) => {
      let count = 0;
      return {
        step: (gradients) => step(own, gradients, 1 / ++count),
        reset: () => {
          count = 0;
          forget(own.velocity);
        },
      };
    },
    /^mine: a fit that is resumed at step 1 goes another way: at step 2 parameter\/w0\[0\] is .*; save what is kept/,
  ],
  [
    'weights for evaluation that no parameter has',
    () => ({ evaluationWeights: () => ({ w9: tf.scalar(1) }) }),
    /^mine: evaluationWeights has w9 \[\], which no parameter is; name those that the groups have$/,
  ],
];

function requireNothing(state: StateDict): void {
  requireState('mine', state, []);
}

describe('testOptimizer', () => {
  it('has nothing to say of an optimizer that does all right', async () => {
    await testOptimizer(() => sgd());
    await testOptimizer(() => momentumSgd({ average: true }), { lr: 0.05 });
  });

  it.each(wrong)('tells of %s', async (_, change, message) => {
    await expect(testOptimizer(() => sgd(change))).rejects.toThrow(message);
  });

  it('tells of one that is not called', async () => {
    await expect(testOptimizer(() => sgd as unknown as OptimizerFactory)).rejects.toThrow(
      'testOptimizer: make() is the function sgd; call it: sgd()',
    );
  });
});
