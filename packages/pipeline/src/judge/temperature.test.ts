import { probabilitiesOf } from '@ulmfit/inference';
import { describe, expect, it } from 'vitest';
import { golden } from './golden.test-helper.js';
import { judge } from './judge.js';
import { fitTemperature } from './temperature.js';

describe('fitTemperature', () => {
  const { logits, truth, temperature } = golden.temperature;

  it('finds what scipy’s minimiser finds', () => {
    expect(fitTemperature(logits, truth, { multiLabel: false })).toBeCloseTo(temperature, 5);
  });

  it('mends a model that is too sure, and leaves its predictions', () => {
    const classes = ['a', 'b', 'c'];
    const before = judge(probabilitiesOf(logits, false), truth, { classes, multiLabel: false });
    const fitted = fitTemperature(logits, truth, { multiLabel: false });
    const after = judge(probabilitiesOf(logits, false, fitted), truth, { classes, multiLabel: false });
    expect(fitted).toBeGreaterThan(1);
    expect(after.logLoss).toBeLessThan(before.logLoss);
    expect(after.confusion).toEqual(before.confusion);
  });

  it('gives back the temperature that logits were made at', () => {
    // Half of the texts at log-odds 0, and so on, are right just as often as a temperature of 1 says.
    const odds = [1, 3, 7].flatMap((share) =>
      Array.from({ length: 80 }, (_, i) => ({
        logit: Math.log(share),
        label: i % 8 < (8 * share) / (share + 1) ? 0 : 1,
      })),
    );
    for (const scale of [0.5, 1, 3]) {
      const scaled = odds.map(({ logit }) => [scale * logit, 0]);
      const fitted = fitTemperature(
        scaled,
        odds.map(({ label }) => label),
        { multiLabel: false },
      );
      expect(fitted / scale).toBeCloseTo(1, 1);
      const errorAt = (temperature: number) =>
        judge(
          probabilitiesOf(scaled, false, temperature),
          odds.map(({ label }) => label),
          { classes: ['a', 'b'], multiLabel: false },
        ).calibration.error;
      expect(errorAt(fitted)).toBeLessThan(0.02);
      if (scale !== 1) expect(errorAt(1)).toBeGreaterThan(0.05);
    }
  });

  it('stays finite where everything is right, and is 1 without texts or numbers', () => {
    const sure = fitTemperature(
      [
        [1, 0],
        [0, 1],
      ],
      [0, 1],
      { multiLabel: false },
    );
    expect(sure).toBeGreaterThan(0.1);
    expect(sure).toBeLessThan(1);
    expect(fitTemperature([], [], { multiLabel: false })).toBe(1);
    expect(fitTemperature([[NaN, 1]], [0], { multiLabel: false })).toBe(1);
  });

  it('takes several classes a text', () => {
    const tooSure = fitTemperature(
      [
        [4, -4],
        [4, -4],
        [4, -4],
      ],
      [[0], [1], [0, 1]],
      { multiLabel: true },
    );
    expect(tooSure).toBeGreaterThan(3);
  });
});
