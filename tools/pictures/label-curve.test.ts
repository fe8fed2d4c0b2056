import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { labelCurve } from './label-curve.js';
import { speedRatios } from './speed-bars.js';

it('has the figures of the page alone', () => {
  const page = readFileSync(new URL(`../../${labelCurve.page}`, import.meta.url), 'utf8');
  const rows = page.split('\n').filter((line) => line.startsWith('|'));
  for (const { name, points } of labelCurve.lines)
    for (const { labels, accuracy } of points) {
      const row = rows.find(
        (line) => line.includes(labels.toLocaleString('en-US')) && line.includes(accuracy),
      );
      expect(row, `${name}: ${String(labels)} labels, ${accuracy}`).toBeDefined();
    }
});

it('reads the ratios from the tables of a page', () => {
  const page =
    '### Zen 4\n\n| row | size | precision | ratio |\n| --- | --- | --- | --- |\n| lm | small | float32 | 1.59 |\n';
  expect(speedRatios(`${page}\n## Serving\n\n| a | b | c | 2.5 |\n`)).toEqual([
    { processor: 'Zen 4', row: 'lm', size: 'small', precision: 'float32', ratio: 1.59 },
  ]);
});
