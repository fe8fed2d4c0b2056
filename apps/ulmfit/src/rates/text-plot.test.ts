import { expect, it } from 'vitest';
import { textPlot } from './text-plot.js';

it('draws a curve over powers of ten, with marks below', () => {
  const x = [1e-3, 1e-2, 1e-1, 1];
  const lines = textPlot({ x, y: [3, 2, 1, 2], marks: [{ at: 1e-2, letter: 'v' }], width: 26, height: 3 });
  expect(lines).toEqual([
    ' 3.000|*',
    '      |      *           *',
    ' 1.000|            *',
    '      ++-----+-----+-----+',
    '       1e-3  1e-2  1e-1',
    '             v',
  ]);
});

it('is as wide as asked, also of a flat curve', () => {
  const x = Array.from({ length: 50 }, (_, i) => 1e-7 * 1.4 ** i);
  for (const y of [x.map(() => 5), x.map(Math.log)]) {
    const lines = textPlot({ x, y });
    expect(Math.max(...lines.map(({ length }) => length))).toBe(80);
    expect(lines).toHaveLength(16);
  }
});
