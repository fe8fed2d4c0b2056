import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { UlmfitError } from '@ulmfit/errors';
import { testOptimizer } from '@ulmfit/plugin-testkit';
import type { Optimizer, OptimizerFactory, StateDict } from '@ulmfit/trainer';
import { beforeAll, describe, expect, it } from 'vitest';
import { adam } from './adam.js';
import { asgd } from './asgd.js';
import { fastaiDecays, weightsDecay } from './decays.js';
import { ntAsgd } from './nt-asgd.js';
import { sgd } from './sgd.js';
import { numbers, vectors } from './toy.test-helper.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

/** Everything between two sets of numbers is rounding of 32-bit floats. */
function expectNumbers(actual: tf.Tensor | undefined, wanted: readonly number[]) {
  const got = actual ? numbers(actual) : [];
  expect(got).toHaveLength(wanted.length);
  wanted.forEach((v, i) =>
    expect(Math.abs((got[i] as number) - v), `[${i}] ${got[i]} against ${v}`).toBeLessThan(1e-6),
  );
}

function run<O extends Optimizer>(factory: OptimizerFactory<O>, steps = 4) {
  const { w, b, groups, gradients } = vectors();
  groups.setBase({ lr: 0.1, ...factory.defaults });
  const optimizer = factory.create(groups);
  for (let k = 0; k < steps; k++) optimizer.step(gradients(k));
  return { w: w.variable, b: b.variable, groups, gradients, optimizer };
}

// The figures are those of fastai 2.8.12 and PyTorch 2.15 on the same parameters and gradients.
describe('adam', () => {
  it("follows fastai's with a moving momentum and rate, and undecayed biases", () => {
    const { w, b, groups, gradients } = vectors();
    const factory = adam();
    groups.setBase(factory.defaults);
    expect([...groups].map((g) => g.hyper)).toEqual(
      [0, 1].map(() => ({ lr: NaN, momentum: 0.9, weightDecay: 0.01 })),
    );
    const optimizer = factory.create(groups);
    const wanted = [
      [
        [0.39951, -1.148755, 1.8980033, -9.9e-5, 0, -0.1997005],
        [0.15001, -0.6500012],
      ],
      [
        [0.4286079, -1.1774791, 1.9263532, 0.0292004, 0, -0.2289001],
        [0.1122397, -0.6122283],
      ],
      [
        [0.3532194, -1.1005911, 1.847967, -0.0453924, 0, -0.1539077],
        [-0.0492858, -0.4506938],
      ],
      [
        [0.3536641, -1.1009611, 1.8482623, -0.0449079, 0, -0.1543724],
        [-0.0619476, -0.4380314],
      ],
    ] as const;
    const [momenta, rates] = [
      [0.95, 0.85, 0.8, 0.9],
      [0.1, 0.05, 0.2, 0.01],
    ];
    wanted.forEach(([body, head], k) => {
      groups.setHyper('momentum', momenta[k] as number);
      groups.setHyper('lr', rates[k] as number);
      optimizer.step(gradients(k));
      expectNumbers(w.variable, body);
      expectNumbers(b.variable, head);
    });
  });

  it('counts the steps of each parameter by itself', () => {
    const late = run(adam({ lr: 0.1, weightDecay: 0 }), 0);
    late.optimizer.step({ 'body.weight': late.gradients(0)['body.weight'] });
    const before = numbers(late.b);
    expect(before).toEqual([0.25, -0.75]);
    late.optimizer.step(late.gradients(1));
    // A first step of Adam is the rate in the direction of the gradient's sign.
    expectNumbers(late.b, [0.25 - 0.1 / (1 + 1e-5 / 0.15), -0.75 + 0.1 / (1 + 1e-5 / 1.2)]);
    expect(late.optimizer.stateDict().json).toMatchObject({ steps: { 'body.weight': 2, 'head.bias': 1 } });
  });

  it('decays what the predicate says', () => {
    const decayed = (name: string, kind: 'weight' | 'bias' | 'norm', decays: typeof fastaiDecays) =>
      decays({ name, kind, variable: undefined as unknown as tf.Variable });
    expect(decayed('rnn1.weightHh', 'weight', weightsDecay)).toBe(true);
    expect(decayed('rnn1.biasHh', 'bias', weightsDecay)).toBe(false);
    expect(decayed('rnn1.biasHh', 'bias', fastaiDecays)).toBe(true);
    expect(decayed('decoder.bias', 'bias', fastaiDecays)).toBe(false);
    expect(decayed('head/0/bias', 'bias', fastaiDecays)).toBe(false);
    expect(decayed('head.0.norm.weight', 'norm', fastaiDecays)).toBe(false);
    const zero = { 'head.bias': tf.zeros([2]) };
    for (const [decays, factor] of [
      [weightsDecay, 1],
      [() => true, 0.95],
    ] as const) {
      const { b, groups, optimizer } = run(adam({ weightDecay: 0.5, decays }), 0);
      groups.setHyper('lr', 0.1);
      optimizer.step(zero);
      expectNumbers(b, [0.25 * factor, -0.75 * factor]);
    }
  });
});

describe('sgd', () => {
  it.each([
    ['plain', {}, [0.52, -1.29, 2.06, 0.3, 0, -0.7], [0.18, -0.19]],
    [
      'weight decay',
      { weightDecay: 0.1 },
      [0.500497, -1.241143, 1.9817891, 0.2980497, 0, -0.692159],
      [0.1709445, -0.1668111],
    ],
    [
      'momentum and weight decay',
      { momentum: 0.9, weightDecay: 0.1 },
      [0.4586925, -1.1451064, 1.8315206, 0.1235817, 0, -0.3382522],
      [0.0913474, 0.4078287],
    ],
    [
      'nesterov',
      { momentum: 0.9, nesterov: true },
      [0.522529, -1.2950581, 2.0675869, 0.32529, 0, -0.75058],
      [0.055764, 0.803888],
    ],
  ] as const)("follows PyTorch's: %s", (_, options, body, head) => {
    const { w, b } = run(sgd(options));
    expectNumbers(w, body);
    expectNumbers(b, head);
  });
});

describe('asgd', () => {
  it("follows PyTorch's, as the AWD-LSTM paper uses it", () => {
    const { w, b, optimizer } = run(asgd({ weightDecay: 0.1 }));
    expectNumbers(w, [0.500497, -1.241143, 1.9817891, 0.2980497, 0, -0.692159]);
    expectNumbers(b, [0.1709445, -0.1668111]);
    const average = optimizer.evaluationWeights();
    expectNumbers(average?.['body.weight'], [0.4885985, -1.2197798, 1.9509615, 0.1313599, 0, -0.3597529]);
    expectNumbers(average?.['head.bias'], [0.1963311, -0.3577341]);
  });

  it('decays the rate and starts late', () => {
    const { w, b, optimizer } = run(asgd({ t0: 1, lambd: 0.5 }));
    expectNumbers(w, [0.429886, -1.0655968, 1.7013075, 0.2646936, 0, -0.6117172]);
    expectNumbers(b, [0.1436974, -0.1204552]);
    const average = optimizer.evaluationWeights();
    expectNumbers(average?.['body.weight'], [0.4211611, -1.052999, 1.6848369, 0.0823453, 0, -0.2489613]);
    expectNumbers(average?.['head.bias'], [0.1588716, -0.2175888]);
  });

  it('has no average before t0', () => {
    expect(run(asgd({ t0: 4 })).optimizer.evaluationWeights()).toBeUndefined();
    expect(run(asgd({ t0: 3 })).optimizer.evaluationWeights()).toBeDefined();
  });
});

describe('ntAsgd', () => {
  it('is plain SGD, then counts ASGD from where it is told to', () => {
    const { w, gradients, optimizer } = run(ntAsgd().optimizer, 2);
    expect(optimizer.averaging).toBe(false);
    expect(optimizer.evaluationWeights()).toBeUndefined();
    expectNumbers(w, numbers(run(sgd(), 2).w));
    optimizer.startAveraging();
    const seen: number[][] = [];
    for (let k = 2; k < 5; k++) {
      optimizer.step(gradients(k));
      seen.push(numbers(w));
    }
    const mean = (seen[1] as number[]).map((v, i) => (v + (seen[2]?.[i] as number)) / 2);
    expectNumbers(optimizer.evaluationWeights()?.['body.weight'], mean);
    optimizer.reset();
    expect(optimizer.averaging).toBe(false);
    expect(optimizer.evaluationWeights()).toBeUndefined();
  });
});

describe.each<[string, () => OptimizerFactory]>([
  ['sgd', () => sgd({ momentum: 0.9 })],
  ['adam', () => adam()],
  ['asgd', () => asgd()],
])('%s', (_, factory) => {
  it('is an optimizer as the trainer needs it', () => testOptimizer(factory));

  it('refuses a state with an entry missing, unknown or of another shape, and changes nothing then', () => {
    const { optimizer } = run(factory(), 2);
    const { json, tensors } = optimizer.stateDict();
    const names = Object.keys(tensors);
    const first = names.find((n) => n.endsWith('head.bias')) as string;
    const { [first]: lost, ...rest } = tensors;
    const wrong: [StateDict, RegExp][] = [
      [{ json, tensors: rest }, new RegExp(`the state has no ${first}`)],
      [{ json, tensors: { ...tensors, [`${first}2`]: lost as tf.Tensor } }, /unknown entry .*head\.bias2/],
      [{ json, tensors: { ...tensors, [first]: tf.zeros([3]) } }, /is \[3\] in the state and \[2\] here/],
      [{ json: {}, tensors }, /not one of this optimizer/],
      [
        {
          json: JSON.parse(JSON.stringify(json).replaceAll('head.bias', 'head.x')) as StateDict['json'],
          tensors,
        },
        /unknown parameter head\.x/,
      ],
    ];
    for (const [state, message] of wrong) {
      expect(() => optimizer.loadStateDict(state)).toThrow(UlmfitError);
      expect(() => optimizer.loadStateDict(state)).toThrow(message);
    }
    expect(optimizer.stateDict()).toEqual({ json, tensors });
  });
});

describe('settings', () => {
  it.each([
    [() => adam({ beta1: 1 }), 'adam: beta1 is 1; it must be from 0 to below 1'],
    [() => adam({ beta2: -0.1 }), 'adam: beta2 is -0.1; it must be from 0 to below 1'],
    [() => adam({ eps: 0 }), 'adam: eps is 0; it must be a finite number above 0'],
    [() => adam({ weightDecay: NaN }), 'adam: weightDecay is NaN; it must be a finite number, 0 or above'],
    [() => sgd({ momentum: 2 }), 'sgd: momentum is 2; it must be from 0 to below 1'],
    [() => sgd({ nesterov: true }), 'sgd: nesterov needs a momentum; set one above 0'],
    [() => adam({ lr: NaN }), 'adam: lr is NaN; it must be a finite number, 0 or above'],
    [() => sgd({ lr: -1 }), 'sgd: lr is -1; it must be a finite number, 0 or above'],
    [() => asgd({ lr: Infinity }), 'asgd: lr is Infinity; it must be a finite number, 0 or above'],
    [() => ntAsgd({ lr: NaN }), 'ntAsgd: lr is NaN; it must be a finite number, 0 or above'],
    [() => asgd({ t0: -1 }), 'asgd: t0 is -1; it must be a finite number, 0 or above'],
    [() => ntAsgd({ patience: 1.5 }), 'ntAsgd: patience is 1.5; it must be an integer from 0'],
  ])('are checked when they are made: %#', (make, message) => {
    expect(make).toThrow(new UlmfitError('BAD_OPTION', message));
  });

  it('set base values only where they are given', () => {
    expect(adam({ lr: 0.004, beta1: 0.7 }).defaults).toEqual({ lr: 0.004, momentum: 0.7, weightDecay: 0.01 });
    expect(sgd().defaults).toEqual({ momentum: 0, weightDecay: 0 });
  });
});
