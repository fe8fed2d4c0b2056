import { hookOrder, type Frame, type Row } from './hook-order.js';
import { arrow, box, svg, text } from './svg.js';

const [WIDTH, ROW, PAD, HEAD, RIGHT] = [456, 26, 10, 26, 28];

interface Drawn {
  readonly body: readonly string[];
  readonly bottom: number;
  /** The top of each frame, by its name. */
  readonly tops: ReadonlyMap<string, number>;
}

function drawRows(rows: readonly Row[], left: number, right: number, top: number): Drawn {
  const body: string[] = [];
  const tops = new Map<string, number>();
  let y = top;
  for (const row of rows) {
    if ('frame' in row) {
      const inner = drawFrame(row, left, right, y + 4);
      body.push(...inner.body);
      for (const [name, at] of inner.tops) tops.set(name, at);
      y = inner.bottom + 4;
      continue;
    }
    const middle = y + ROW / 2;
    if ('hook' in row) {
      const width = row.hook.length * 7.9 + 16;
      body.push(
        box({ x: left, y: y + 2, width, height: ROW - 5 }, { fill: 'paper', stroke: 'green', radius: 4 }),
        text(left + 8, middle, row.hook, { code: true }),
        ...(row.note === undefined ? [] : [text(left + width + 10, middle, row.note, { color: 'soft' })]),
      );
    } else {
      body.push(text(left + 2, middle, row.action, { bold: true }));
    }
    y += ROW;
  }
  return { body, bottom: y, tops };
}

function drawFrame(
  { frame, rows, sometimes = false }: Frame,
  left: number,
  right: number,
  top: number,
): Drawn {
  const inner = drawRows(rows, left + PAD, right - PAD, top + HEAD);
  const bottom = inner.bottom + PAD - 4;
  return {
    body: [
      box(
        { x: left, y: top, width: right - left, height: bottom - top },
        { fill: 'fill', opacity: 0.6, radius: 8, dashed: sometimes, stroke: sometimes ? 'soft' : 'line' },
      ),
      text(left + PAD, top + 14, frame, { color: 'soft', bold: true, size: 12 }),
      ...inner.body,
    ],
    bottom: bottom + 2,
    tops: new Map([...inner.tops, [frame, top]]),
  };
}

/** All hooks of the protocol in one picture: the order of a fit, of a step and of a resumption. */
export function hookPicture(): string {
  const right = WIDTH - RIGHT;
  const { body, bottom, tops } = drawRows(hookOrder, 8, right, 8);
  const resumed = (tops.get('if the fit is resumed') ?? 0) + HEAD + ROW * 1.5;
  const step = (tops.get('each step') ?? 0) + 14;
  const lane = right + 14;
  return svg(
    'The order of the hooks: once a fit, each epoch, each step and each micro-batch; a resumed fit continues within the epoch',
    { width: WIDTH, height: bottom + 8 },
    ...body,
    arrow(
      [
        [right - PAD, resumed],
        [lane, resumed],
        [lane, step],
        [right - PAD + 2, step],
      ],
      { color: 'orange', dashed: true },
    ),
    text(right - PAD - 10, step, 'a resumed fit continues here', {
      anchor: 'end',
      color: 'orange',
      size: 12,
    }),
  );
}
