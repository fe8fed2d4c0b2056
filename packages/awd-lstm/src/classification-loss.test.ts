import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { binaryCrossEntropy, crossEntropy } from './classification-loss.js';

// The inputs of tools/golden_losses.py, which made what is expected with PyTorch.
const logits = [
  [0.5, -1.25, 2],
  [-0.75, 0, 30],
  [-40, 1.5, -0.25],
  [3, -2.5, 0.125],
];
const many = [
  [1, 0, 1],
  [0, 1, 1],
  [1, 0, 0],
  [0, 0, 0],
];
const one = [2, 1, 0, 0];
const weights = [0.5, 2, 1.25];

const golden = [
  {
    name: 'crossEntropy',
    value: 17.987897343359066,
    gradient: [
      [0.04420504553, 0.007681685082, -0.05188673061],
      [1.105057026e-14, -0.25, 0.25],
      [-0.25, 0.2129882005, 0.03701179951],
      [-0.01426278757, 0.0009634041067, 0.01329938346],
    ],
  },
  {
    name: 'crossEntropy, weighted',
    value: 19.094179099775264,
    gradient: [
      [0.05200593591, 0.009037276567, -0.06104321248],
      [2.080107343e-14, -0.4705882353, 0.4705882353],
      [-0.1176470588, 0.1002297414, 0.01741731742],
      [-0.006711900033, 0.0004533666385, 0.006258533394],
    ],
  },
  {
    name: 'binaryCrossEntropy',
    value: 4.007948423524038,
    gradient: [
      [-0.0314617224, 0.0185583449, -0.009933576835],
      [0.0267351084, -0.04166666667, -7.790064889e-15],
      [-0.08333333333, 0.06813120635, 0.03648529159],
      [0.07938117724, 0.006321515002, 0.04426744778],
    ],
  },
  {
    name: 'binaryCrossEntropy, weighted',
    value: 2.3819351477932584,
    gradient: [
      [-0.0157308612, 0.0185583449, -0.01241697104],
      [0.0267351084, -0.08333333333, -9.732955183e-15],
      [-0.04166666667, 0.06813120635, 0.03648529159],
      [0.07938117724, 0.006321515002, 0.04426744778],
    ],
  },
];

function lossOf(name: string, x: tf.Tensor2D): tf.Scalar {
  const given = { weights: name.endsWith('weighted') ? weights : undefined };
  return name.startsWith('cross')
    ? crossEntropy(x, tf.tensor1d(one, 'int32'), given)
    : binaryCrossEntropy(x, tf.tensor2d(many), given);
}

const valueOf = (name: string, x: number[][]): number =>
  tf.tidy(() => lossOf(name, tf.tensor2d(x)).dataSync()[0] as number);

const gradientOf = (name: string, x: number[][]): number[][] =>
  tf.tidy(
    () =>
      tf
        .grad((t) => lossOf(name, t as tf.Tensor2D))(tf.tensor2d(x))
        .arraySync() as number[][],
  );

describe.each(golden)('$name', ({ name, value, gradient }) => {
  it("has PyTorch's value and gradient", () => {
    expect(valueOf(name, logits)).toBeCloseTo(value, 5);
    gradientOf(name, logits).forEach((row, i) =>
      row.forEach((g, c) => expect(g).toBeCloseTo(gradient[i]?.[c] as number, 7)),
    );
  });

  it('has the gradient of finite differences', () => {
    // Of moderate size: differences of large losses have no digits left in float32.
    const x = logits.map((row) => row.map((v) => Math.max(-3, Math.min(3, v))));
    const analytic = gradientOf(name, x);
    const h = 2 ** -6;
    x.forEach((row, i) =>
      row.forEach((_, c) => {
        const at = (step: number) =>
          valueOf(
            name,
            x.map((r, k) => r.map((v, j) => (k === i && j === c ? v + step : v))),
          );
        expect(analytic[i]?.[c]).toBeCloseTo((at(h) - at(-h)) / (2 * h), 3);
      }),
    );
  });

  it('stays finite for logits however large', () => {
    const x = logits.map((row) => row.map((v) => 1000 * v));
    expect(valueOf(name, x)).toBeLessThan(Infinity);
    expect(gradientOf(name, x).flat().every(Number.isFinite)).toBe(true);
  });
});

it('weights of 1 change nothing, and those of all classes together neither where the mean is weighted', () => {
  for (const name of ['crossEntropy', 'binaryCrossEntropy']) {
    const plain = valueOf(name, logits);
    const weighted = (by: number) =>
      tf.tidy(() => {
        const x = tf.tensor2d(logits);
        const loss = name.startsWith('cross')
          ? crossEntropy(x, tf.tensor1d(one, 'int32'), { weights: [by, by, by] })
          : binaryCrossEntropy(x, tf.tensor2d(many), { weights: [by, by, by] });
        return loss.dataSync()[0] as number;
      });
    expect(weighted(1)).toBeCloseTo(plain, 5);
    if (name === 'crossEntropy') expect(weighted(7)).toBeCloseTo(plain, 5);
    else expect(weighted(7)).toBeGreaterThan(plain);
  }
});

it.each([undefined, weights])(
  'spreads a smoothed label evenly over the classes, with weights %o',
  (given) => {
    const x = tf.tensor2d(logits);
    const valueFor = (labels: number[], smoothing: number) =>
      tf.tidy(
        () =>
          crossEntropy(x, tf.tensor1d(labels, 'int32'), { weights: given, smoothing }).dataSync()[0] ?? NaN,
      );
    // As in PyTorch, what is spread counts by the class that it goes to, and the mean is by the true classes.
    const ofTexts = logits.map((row) => {
      const total = Math.log(row.reduce((sum, v) => sum + Math.exp(v), 0));
      return row.map((v) => total - v);
    });
    const weightOf = (c: number) => given?.[c] ?? 1;
    const all = one.reduce((sum, label) => sum + weightOf(label), 0);
    const expected = ofTexts.reduce((sum, costs, i) => {
      const label = one[i] ?? 0;
      const spread = costs.reduce((s, cost, c) => s + (weightOf(c) * cost) / 3, 0);
      return sum + 0.8 * weightOf(label) * (costs[label] ?? NaN) + 0.2 * spread;
    }, 0);
    expect(valueFor(one, 0.2)).toBeCloseTo(expected / all, 4);
    const multi = (smoothing: number) =>
      tf.tidy(() => binaryCrossEntropy(x, tf.tensor2d(many), { smoothing }).dataSync()[0] ?? NaN);
    const soft = tf.tidy(
      () =>
        binaryCrossEntropy(x, tf.tensor2d(many.map((row) => row.map((y) => 0.1 + 0.8 * y)))).dataSync()[0],
    );
    expect(multi(0.2)).toBeCloseTo(soft ?? NaN, 5);
    x.dispose();
  },
);
