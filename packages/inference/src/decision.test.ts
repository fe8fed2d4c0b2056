import { describe, expect, it } from 'vitest';
import { applyDecision, decisionSchema } from './decision.js';

const neural = [
  [2, 0, 0],
  [0, 1, 0],
];
const linear = [
  [0, 0, 4],
  [0, 0, 0],
];

describe('applyDecision', () => {
  it('takes the most probable class, at a temperature', () => {
    const { probabilities, predicted } = applyDecision({ neural }, { temperature: 2 }, { multiLabel: false });
    expect(predicted).toEqual([[0], [1]]);
    expect(probabilities[0]?.[0]).toBeCloseTo(Math.E / (Math.E + 2), 12);
  });

  it('blends two models by their logits', () => {
    const decision = { temperature: 1, linearWeight: 0.75, linearTemperature: 2, blendOf: 'logits' } as const;
    const { probabilities, predicted } = applyDecision({ neural, linear }, decision, { multiLabel: false });
    const each = [0.25 * 2, 0, (0.75 * 4) / 2].map(Math.exp);
    const sum = each.reduce((a, b) => a + b);
    each.forEach((x, c) => expect(probabilities[0]?.[c]).toBeCloseTo(x / sum, 12));
    expect(predicted).toEqual([[2], [1]]);
    const several = applyDecision({ neural, linear }, decision, { multiLabel: true }).probabilities;
    expect(several[0]?.[2]).toBeCloseTo(1 / (1 + Math.exp(-1.5)), 12);
  });

  it('blends the models of earlier versions by their probabilities', () => {
    const decision = { temperature: 1, linearWeight: 0.75, linearTemperature: 2 };
    const { probabilities, predicted } = applyDecision({ neural, linear }, decision, { multiLabel: false });
    const [e2] = [Math.exp(2)];
    expect(probabilities[0]?.[2]).toBeCloseTo(0.25 / (e2 + 2) + (0.75 * e2) / (e2 + 2), 12);
    expect(predicted).toEqual([[2], [1]]);
    expect(probabilities[0]?.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
  });

  it('sharpens the blend at its own temperature', () => {
    const plain = { temperature: 1, linearWeight: 0.5 };
    const of = (blendTemperature: number, multiLabel: boolean) =>
      applyDecision({ neural, linear }, { ...plain, blendTemperature }, { multiLabel }).probabilities;
    const [one, half] = [of(1, false), of(0.5, false)];
    const sum = one[0]?.reduce((total, p) => total + p ** 2, 0) ?? NaN;
    one[0]?.forEach((p, c) => expect(half[0]?.[c]).toBeCloseTo(p ** 2 / sum, 12));
    const [p, sharp] = [of(1, true)[0]?.[2] ?? NaN, of(0.5, true)[0]?.[2] ?? NaN];
    expect(sharp).toBeCloseTo(p ** 2 / (p ** 2 + (1 - p) ** 2), 12);
  });

  it('gives the classes that reach their thresholds', () => {
    const decision = { temperature: 1, thresholds: [0.5, 0.74, 0.9] };
    const { predicted } = applyDecision({ neural }, decision, { multiLabel: true });
    expect(predicted).toEqual([[0], [0]]);
    expect(applyDecision({ neural: [[-1, -1, -1]] }, decision, { multiLabel: true }).predicted).toEqual([[]]);
  });

  it('refuses a blend without the second model’s logits', () => {
    const decision = { temperature: 1, linearWeight: 0.5 };
    expect(() => applyDecision({ neural }, decision, { multiLabel: false })).toThrow(
      expect.objectContaining({ code: 'BAD_LABELS' }),
    );
  });

  it('is kept as JSON', () => {
    expect(decisionSchema.parse({ temperature: 1.5, thresholds: [0.2] })).toEqual({
      temperature: 1.5,
      thresholds: [0.2],
    });
    for (const bad of [{ temperature: 0 }, { temperature: 1, linearWeight: 2 }, {}]) {
      expect(decisionSchema.safeParse(bad).success).toBe(false);
    }
  });
});
