import { blended, predictedClasses, probabilitiesOf } from '@ulmfit/inference';
import { normalValues, randomKey } from '@ulmfit/kernels';
import { describe, expect, it } from 'vitest';
import { blendWeight } from './blend-weight.js';
import { judge } from './judge.js';
import { chooseThresholds } from './thresholds.js';

const CLASSES = 3;
const truthOf = (texts: number) => Array.from({ length: texts }, (_, i) => [i % CLASSES]);

/** Probabilities that know the class this well. */
function modelOf(texts: number, skill: number, stream: string): number[][] {
  const noise = normalValues(texts * CLASSES, randomKey({ seed: 7, stream }));
  const logits = truthOf(texts).map(([label], i) =>
    Array.from({ length: CLASSES }, (_, c) => (c === label ? skill : 0) + (noise[i * CLASSES + c] ?? 0)),
  );
  return probabilitiesOf(logits, false);
}

const right = (rows: number[][]) =>
  rows.filter((row, i) => predictedClasses(row, { multiLabel: false })[0] === i % CLASSES).length;

describe('blendWeight', () => {
  it.each([30, 100, 1000])('keeps as many of %d texts right as the better model', (texts) => {
    for (const [i, [a, b]] of [
      [1, 1],
      [2, 0.5],
      [0.5, 2],
      [1, 1.5],
      [3, 0],
    ].entries()) {
      const first = modelOf(texts, a ?? 0, `first ${i}`);
      const second = modelOf(texts, b ?? 0, `second ${i}`);
      const weight = blendWeight(first, second, truthOf(texts), false);
      const blend = right(blended(first, second, weight, { blendOf: 'logits', multiLabel: false }));
      expect(blend).toBeGreaterThanOrEqual(Math.max(right(first), right(second)));
    }
  });

  it('costs no F1 where a text may have several classes, though the log-loss may want more of the worse model', () => {
    const texts = 200;
    const f1 = (rows: number[][]) => {
      const thresholds = chooseThresholds(rows, truthOf(texts));
      const judgement = judge(rows, truthOf(texts), {
        classes: ['a', 'b', 'c'],
        multiLabel: true,
        thresholds,
      });
      return judgement.micro?.f1 ?? NaN;
    };
    const unsure = modelOf(texts, 3, 'unsure').map((row) => row.map((p) => 0.4 + 0.1 * p));
    const losses: number[] = [];
    for (const skill of [0.5, 1, 1.5, 2]) {
      const other = modelOf(texts, skill, `other ${skill}`);
      const weight = blendWeight(unsure, other, truthOf(texts), true);
      losses.push(
        Math.max(f1(unsure), f1(other)) -
          f1(blended(unsure, other, weight, { blendOf: 'logits', multiLabel: true })),
      );
    }
    expect(Math.max(...losses)).toBeLessThanOrEqual(0);
  });

  it('uses a model alone that is surely better where the other brings nothing sure', () => {
    const [good, poor] = [modelOf(60, 3, 'good'), modelOf(60, 0.2, 'poor')];
    expect(blendWeight(good, poor, truthOf(60), false)).toBe(0);
    expect(blendWeight(poor, good, truthOf(60), false)).toBe(1);
  });

  it('takes of both where they are much alike, however few the texts', () => {
    for (const texts of [30, 300]) {
      const weight = blendWeight(modelOf(texts, 1, 'one'), modelOf(texts, 1, 'two'), truthOf(texts), false);
      expect(weight).toBeGreaterThan(0.2);
      expect(weight).toBeLessThan(0.8);
    }
  });
});
