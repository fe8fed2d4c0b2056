import '@tensorflow/tfjs-backend-cpu';
import { dispose } from '@tensorflow/tfjs-core';
import { classifierLoader, TokenCorpus } from '@ulmfit/text';
import { colour, type Color } from './palette.js';
import { element, svg, text } from './svg.js';

const [WINDOW, MAX_LENGTH, SIZE, LEFT, TOP] = [6, 18, 13, 58, 46];
const LENGTHS = [30, 22, 13, 5];

type Part = 'carried' | 'pooled' | 'padding';
const LOOKS: Readonly<Record<Part, readonly [told: string, color: Color, opacity: number]>> = {
  padding: ['padding', 'line', 0.5],
  carried: ['carries the state', 'orange', 0.75],
  pooled: ['pooled, with a gradient', 'green', 1],
};

/** Four texts as the real loader lays them out, with what each window of them is for. */
export function windowsPicture(): string {
  const corpus = TokenCorpus.fromDocuments(LENGTHS.map((length) => Array.from({ length }, () => 9)));
  const loader = classifierLoader(corpus, undefined, { batchSize: LENGTHS.length, window: WINDOW });
  const [batch] = loader.open({ epoch: 0, batch: 0 });
  if (!batch) throw new Error('no batch');
  const { ids, starts, lengths } = batch;
  const time = ids.shape[1];
  dispose(ids);
  const partOf = (row: number, column: number): Part => {
    const first = starts[row] ?? 0;
    const stop = first + (lengths[row] ?? 0);
    if (column < first || column >= stop) return 'padding';
    const window = column - (column % WINDOW);
    return stop - window <= MAX_LENGTH ? 'pooled' : 'carried';
  };
  const cell = (x: number, y: number, part: Part): string =>
    element('rect', {
      ...{ x, y, width: SIZE - 2, height: SIZE + 9, rx: 2 },
      fill: colour(LOOKS[part][1]),
      'fill-opacity': LOOKS[part][2],
    });
  const rows = LENGTHS.flatMap((_, row) => [
    text(LEFT - 10, TOP + row * 32 + 11, `text ${String(row + 1)}`, { anchor: 'end', color: 'soft' }),
    ...Array.from({ length: time }, (_, column) =>
      cell(LEFT + column * SIZE + Math.floor(column / WINDOW) * 6, TOP + row * 32, partOf(row, column)),
    ),
  ]);
  const windows = Array.from({ length: Math.ceil(time / WINDOW) }, (_, i) =>
    text(LEFT + i * (WINDOW * SIZE + 6) + (WINDOW * SIZE) / 2, 26, `window ${String(i + 1)}`, {
      anchor: 'middle',
      color: 'soft',
      size: 12,
    }),
  );
  const bottom = TOP + LENGTHS.length * 32 + 12;
  const legend = (Object.keys(LOOKS) as Part[]).flatMap((part, i) => {
    const x = LEFT + i * (i === 1 ? 110 : 132);
    return [cell(x, bottom, part), text(x + 18, bottom + 11, LOOKS[part][0], { color: 'soft' })];
  });
  return svg(
    'Four texts of a batch, cut into windows: long ones carry their state through the first windows, and the last ones are pooled',
    { width: 508, height: bottom + 34 },
    ...windows,
    ...rows,
    ...legend,
  );
}
