import { writeAtomically } from '@ulmfit/files';
import type { FoundRates } from '@ulmfit/pipeline';
import { lineChart } from '../report/line-chart.js';

/** Draws a sweep's curve, with its suggestions, into an SVG file. @throws UlmfitError `FILE_ERROR` */
export function writeCurve(path: string, stage: string, { rates, losses, suggestions }: FoundRates): void {
  const chart = lineChart({
    title: `${stage}: training loss by learning rate`,
    lines: [{ name: 'loss', points: rates.map((rate, i) => [rate, losses[i] ?? NaN]), color: '#3987e5' }],
    along: 'learning rate',
    logarithmic: true,
    marks: Object.entries(suggestions)
      .map(([name, at]) => ({ name, at }))
      .sort((a, b) => a.at - b.at),
  });
  writeAtomically(path, `${chart.text}\n`);
}
