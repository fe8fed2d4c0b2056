import { dividedRates, slicedRates } from '@ulmfit/discriminative';
import { colour, type Color } from './palette.js';
import { element, svg, text } from './svg.js';

/** A classifier's groups from bottom to top. */
export const GROUPS = ['embedding', 'rnn1', 'rnn2', 'rnn3', 'head'] as const;

const [WIDTH, LEFT, ROW] = [520, 104, 30];

/** Each group's rate, as two rules share out a peak of .01. */
export function discriminativeRatesPlot(): string {
  const rules: readonly (readonly [name: string, color: Color, rates: readonly number[]])[] = [
    ['dividedRates(5, 0.01)', 'green', dividedRates(GROUPS.length, 0.01)],
    ['slicedRates(5, 1e-4, 1e-2)', 'orange', slicedRates(GROUPS.length, 1e-4, 1e-2)],
  ];
  const most = Math.max(...rules.flatMap(([, , rates]) => rates));
  const scale = (WIDTH - LEFT - 76) / most;
  const rows = [...GROUPS].reverse().flatMap((group, row) => {
    const top = 40 + row * (ROW + 14);
    return [
      text(LEFT - 12, top + ROW / 2, group, { anchor: 'end', code: true }),
      ...rules.flatMap(([, color, rates], i) => {
        const rate = rates[GROUPS.indexOf(group)] ?? 0;
        const [y, width] = [top + i * (ROW / 2), Math.max(1, rate * scale)];
        return [
          element('rect', { x: LEFT, y: y + 1, width, height: ROW / 2 - 3, rx: 2, fill: colour(color) }),
          text(LEFT + width + 8, y + ROW / 4, String(Number(rate.toPrecision(2))), {
            color: 'soft',
            size: 12,
          }),
        ];
      }),
    ];
  });
  const legend = rules.flatMap(([name, color], i) => [
    element('rect', { x: LEFT - 60 + i * 216, y: 12, width: 16, height: 5, rx: 2, fill: colour(color) }),
    text(LEFT - 38 + i * 216, 14, name, { code: true, size: 12 }),
  ]);
  return svg(
    'Bars of the learning rate of each parameter group: the head has the highest, the embedding the lowest',
    { width: WIDTH, height: 40 + GROUPS.length * (ROW + 14) },
    ...legend,
    ...rows,
  );
}
