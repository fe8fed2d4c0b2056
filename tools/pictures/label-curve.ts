import { readFileSync } from 'node:fs';
import { linePlot } from './line-plot.js';
import type { Color } from './palette.js';

/** Accuracies by the number of labels, as they stand on pages of the guides. */
export interface LabelCurve {
  readonly lines: readonly {
    readonly name: string;
    readonly page: string;
    readonly color: Color;
    readonly points: readonly { readonly labels: number; readonly accuracy: string }[];
  }[];
}

export const labelCurve = JSON.parse(
  readFileSync(new URL('label-curve.json', import.meta.url), 'utf8'),
) as LabelCurve;

/** The share of wrong reviews by the number of labels, from the points of `label-curve.json`. */
export const labelCurvePlot = (): string =>
  linePlot('label-curve', {
    title: 'The share of IMDb test reviews that are classified wrong, by the number of labels',
    lines: labelCurve.lines.map(({ name, color, points }) => ({
      name,
      color,
      symbols: true,
      points: points.map(({ labels, accuracy }) => [labels, 100 * (1 - Number(accuracy))] as const),
    })),
    x: {
      name: 'labelled reviews',
      type: 'log',
      min: 100,
      max: 30_000,
      format: (value) => value.toLocaleString('en-US'),
    },
    y: { name: 'wrong, %', min: 0, max: 50, interval: 10 },
  });
