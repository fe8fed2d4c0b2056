import { applyDecision, type Decision, type DecisionLogits } from '@ulmfit/inference';
import { normalValues, randomKey } from '@ulmfit/kernels';
import { describe, expect, it } from 'vitest';
import { fitDecision } from './fit-decision.js';
import { judge } from './judge.js';

const classes = ['a', 'b', 'c'];

/** Logits that know the class this well, with noise of their own. */
function logitsOf(truth: readonly (readonly number[])[], skill: number, stream: string): number[][] {
  const noise = normalValues(truth.length * classes.length, randomKey({ seed: 5, stream }));
  return truth.map((labels, i) =>
    classes.map((_, c) => skill * (labels.includes(c) ? 1 : -1) + 3 * (noise[i * classes.length + c] ?? 0)),
  );
}

const truthOf = (texts: number, multiLabel: boolean) =>
  Array.from({ length: texts }, (_, i) => (multiLabel && i % 4 === 0 ? [i % 3, (i + 1) % 3] : [i % 3]));

const judged = (logits: DecisionLogits, decision: Decision, truth: number[][], multiLabel: boolean) =>
  judge(applyDecision(logits, decision, { multiLabel }).probabilities, truth, {
    ...{ classes, multiLabel },
    thresholds: decision.thresholds,
  });

describe('fitDecision', () => {
  it.each([false, true])(
    'blends two models that each know something, several classes a text: %s',
    (multiLabel) => {
      const truth = truthOf(400, multiLabel);
      const neural = logitsOf(truth, 1, 'neural');
      const linear = logitsOf(truth, 1, 'linear');
      const decision = fitDecision({ neural, linear }, truth, { multiLabel });
      expect(decision.linearWeight).toBeGreaterThan(0.2);
      expect(decision.linearWeight).toBeLessThan(0.8);
      const figure = (logits: DecisionLogits, by: Decision) => {
        const { accuracy, micro } = judged(logits, by, truth, multiLabel);
        return micro?.f1 ?? accuracy;
      };
      const blend = figure({ neural, linear }, decision);
      for (const alone of [neural, linear]) {
        const own = fitDecision({ neural: alone }, truth, { multiLabel });
        expect(own.linearWeight).toBeUndefined();
        expect(blend).toBeGreaterThan(figure({ neural: alone }, own));
      }
      expect(Object.keys(decision).sort()).toEqual(
        [
          ...['blendOf', 'blendTemperature', 'linearTemperature', 'linearWeight', 'temperature'],
          ...(multiLabel ? ['linearThresholds', 'neuralThresholds', 'thresholds'] : []),
        ].sort(),
      );
    },
  );

  it('leaves out the one that knows nothing, or gives no numbers', () => {
    const truth = truthOf(400, false);
    const [good, guess] = [logitsOf(truth, 2, 'good'), logitsOf(truth, 0, 'guess')];
    const weight = (neural: number[][], linear: number[][]) =>
      fitDecision({ neural, linear }, truth, { multiLabel: false }).linearWeight;
    expect(weight(good, guess)).toBeLessThan(0.15);
    expect(weight(guess, good)).toBeGreaterThan(0.85);
    const broken = good.map((row) => row.map(() => NaN));
    expect(weight(broken, good)).toBe(1);
    expect(weight(good, broken)).toBe(0);
    const decided = applyDecision(
      { neural: broken, linear: good },
      { temperature: 1, linearWeight: 1 },
      { multiLabel: false },
    );
    expect(decided.probabilities.flat().every(Number.isFinite)).toBe(true);
  });

  it.each([false, true])('makes a blend as sure as it may be, several classes a text: %s', (multiLabel) => {
    const truth = truthOf(600, multiLabel);
    const logits = { neural: logitsOf(truth, 1, 'neural'), linear: logitsOf(truth, 1, 'linear') };
    const decision = fitDecision(logits, truth, { multiLabel });
    const [before, after] = [{ ...decision, blendTemperature: 1 }, decision].map((by) =>
      judged(logits, by, truth, multiLabel),
    );
    expect(decision.blendTemperature).toBeLessThan(0.95);
    expect(after?.logLoss).toBeLessThan(before?.logLoss ?? 0);
    if (!multiLabel) expect(after?.accuracy).toBe(before?.accuracy);
  });

  it('makes probabilities that are right as often as they say', () => {
    const truth = truthOf(400, false);
    const neural = logitsOf(truth, 1, 'neural');
    const before = judged({ neural }, { temperature: 1 }, truth, false);
    const after = judged({ neural }, fitDecision({ neural }, truth, { multiLabel: false }), truth, false);
    expect(before.calibration.error).toBeGreaterThan(0.15);
    expect(after.calibration.error).toBeLessThan(0.06);
    expect(after.accuracy).toBe(before.accuracy);
  });

  it('counts both alike where there is no text to choose by', () => {
    expect(fitDecision({ neural: [], linear: [] }, [], { multiLabel: false })).toEqual({
      ...{ temperature: 1, linearTemperature: 1, linearWeight: 0.5, blendOf: 'logits', blendTemperature: 1 },
    });
  });
});
