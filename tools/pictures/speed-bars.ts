import { readFileSync } from 'node:fs';
import { colour, type Color } from './palette.js';
import { element, svg, text } from './svg.js';

/** How many times as fast as fastai a row of the benchmark was on a processor. */
export interface SpeedRatio {
  readonly processor: string;
  readonly row: string;
  readonly size: string;
  readonly precision: string;
  readonly ratio: number;
}

/** The ratios in the tables of the page of performance. */
export function speedRatios(page: string): SpeedRatio[] {
  const found: SpeedRatio[] = [];
  let processor = '';
  let column = -1;
  for (const line of page.split('\n')) {
    if (/^#{2,} /.test(line)) [processor, column] = [line.replace(/^#+ /, ''), -1];
    const cells = line.split('|').map((cell) => cell.trim());
    if (cells[1] === 'row') column = cells.indexOf('ratio');
    const [, row = '', size = '', precision = ''] = cells;
    const ratio = Number(cells[column]);
    if (column > 0 && ratio > 0) found.push({ processor, row, size, precision, ratio });
  }
  return found;
}

const [WIDTH, LEFT, BAR, TOP] = [508, 140, 17, 48];
const COLORS: Readonly<Record<string, Color>> = { float32: 'blue', bfloat16: 'green' };

/** Training of the small language model beside fastai, from the figures of the page of performance. */
export function speedBars(): string {
  const page = readFileSync(new URL('../../docs/performance.md', import.meta.url), 'utf8');
  const rows = speedRatios(page).filter(
    ({ row, size }) => row === 'language model, training' && size === 'small',
  );
  const processors = [...new Set(rows.map(({ processor }) => processor))];
  const scale = (WIDTH - LEFT - 56) / Math.max(...rows.map(({ ratio }) => ratio));
  let y = TOP;
  const bars = processors.flatMap((processor) => {
    const own = rows.filter((row) => row.processor === processor);
    const middle = y + (own.length * BAR) / 2;
    const drawn = own.flatMap(({ precision, ratio }, i) => [
      element('rect', {
        ...{ x: LEFT, y: y + i * BAR, width: ratio * scale, height: BAR - 3, rx: 2 },
        fill: colour(COLORS[precision] ?? 'violet'),
      }),
      text(LEFT + ratio * scale + 8, y + i * BAR + BAR / 2 - 1.5, `${ratio.toFixed(2)} ×`, { size: 12 }),
    ]);
    y += own.length * BAR + 18;
    return [text(LEFT - 12, middle - 2, processor, { anchor: 'end' }), ...drawn];
  });
  const one = LEFT + scale;
  const legend = Object.entries(COLORS).flatMap(([precision, color], i) => [
    element('rect', { x: LEFT + i * 100, y: 11, width: 16, height: 6, rx: 2, fill: colour(color) }),
    text(LEFT + 22 + i * 100, 14, precision),
  ]);
  return svg(
    'How many times as fast as fastai a training step of the language model is, by processor and precision',
    { width: WIDTH, height: y + 10 },
    ...legend,
    ...bars,
    element('path', {
      d: `M${one.toFixed(1)} ${String(TOP - 10)}V${String(y - 8)}`,
      stroke: colour('ink'),
      'stroke-dasharray': '4 3',
    }),
    text(one, y + 2, 'fastai, same precision', { anchor: 'middle', color: 'soft', size: 12 }),
  );
}
