import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { labelCurve } from './label-curve.js';
import { speedRatios } from './speed-bars.js';

it('has the figures of the pages alone', () => {
  for (const { name, page, points } of labelCurve.lines) {
    const text = readFileSync(new URL(`../../${page}`, import.meta.url), 'utf8');
    const rows = text.split('\n').filter((line) => line.startsWith('|'));
    for (const { labels, accuracy } of points) {
      const row = rows.find(
        (line) => line.includes(labels.toLocaleString('en-US')) && line.includes(accuracy),
      );
      expect(row, `${name}: ${String(labels)} labels, ${accuracy}`).toBeDefined();
    }
  }
});

it('reads the ratios from the tables of a page', () => {
  const page =
    '### Zen 4\n\n| row | size | precision | ratio |\n| --- | --- | --- | --- |\n| lm | small | float32 | 1.59 |\n';
  expect(speedRatios(`${page}\n## Serving\n\n| a | b | c | 2.5 |\n`)).toEqual([
    { processor: 'Zen 4', row: 'lm', size: 'small', precision: 'float32', ratio: 1.59 },
  ]);
});
