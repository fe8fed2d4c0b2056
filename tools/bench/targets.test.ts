import { describe, expect, it } from 'vitest';

interface Figures {
  row: string;
  size: string | undefined;
  precision: string | undefined;
  tokensPerSecond: number;
  milliseconds?: number;
  share?: number;
  peakMegabytes?: number;
  peer?: { tokensPerSecond: number; peakMegabytes: number };
}
interface Target {
  work: string;
  value: number | undefined;
  verdict: string;
}

// By a variable: the benchmark is plain JavaScript, which the compiler has no types for.
const path: string = './targets.mjs';
const { judge } = (await import(path)) as { judge(figures: Figures[], defaultPrecision: string): Target[] };

const lm = (size: string, precision: string, ours: number, theirs: number): Figures => ({
  ...{ row: 'lm', size, precision, tokensPerSecond: ours, share: 0.8, peakMegabytes: 1000 },
  peer: { tokensPerSecond: theirs, peakMegabytes: 900 },
});
const verdicts = (figures: Figures[], defaultPrecision = 'float32') =>
  Object.fromEntries(
    judge(figures, defaultPrecision)
      .filter(({ verdict }) => verdict !== 'not measured')
      .map(({ work, value, verdict }) => [work, [value, verdict]]),
  );

describe('the targets', () => {
  it('are not measured where their rows are not', () => {
    expect(verdicts([])).toEqual({});
  });

  it('are reached from the bound on', () => {
    const at = (ours: number) => verdicts([lm('small', 'bfloat16', ours, 1000)]);
    expect(at(1500)).toEqual({ 'training step, small, bfloat16': [1.5, 'reached'] });
    expect(at(1499)).toEqual({ 'training step, small, bfloat16': [1.499, 'not reached'] });
  });

  it("compare our default with fastai's float32", () => {
    const figures = [lm('small', 'float32', 1600, 1000), lm('small', 'bfloat16', 2500, 1200)];
    const work = "training step, small, our default against fastai's";
    expect(verdicts(figures, 'bfloat16')[work]).toEqual([2.5, 'reached']);
    expect(verdicts(figures, 'float32')[work]).toEqual([1.6, 'not reached']);
  });

  it('bound memory and latency from above, and the share from below', () => {
    const measured = verdicts([
      lm('paper', 'float32', 1400, 1000),
      { row: 'predict', size: 'small', precision: 'float32', tokensPerSecond: 1, milliseconds: 30 },
    ]);
    expect(measured["peak memory, training step, paper, float32, of fastai's"]).toEqual([
      1000 / 900,
      'not reached',
    ]);
    expect(measured['share of the product rate, training step, paper, float32']).toEqual([80, 'not reached']);
    expect(measured['prediction of a review, small, our default']).toEqual([30, 'reached']);
  });
});
