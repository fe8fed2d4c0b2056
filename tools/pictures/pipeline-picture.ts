import { arrow, box, svg, text } from './svg.js';

interface Stage {
  readonly data: readonly [what: string, example: string];
  readonly step: string;
  readonly model: readonly [what: string, note: string];
}

const STAGES: readonly Stage[] = [
  {
    data: ['general text', 'articles, millions of words'],
    step: 'pretrain',
    model: ['language model', 'knows the language'],
  },
  {
    data: ['your texts', 'no labels needed'],
    step: 'finetune',
    model: ['language model', 'knows your texts'],
  },
  {
    data: ['your labels', 'a few hundred'],
    step: 'classify',
    model: ['classifier', 'tells the classes apart'],
  },
];

const [WIDTH, HEIGHT, ROW, BOX] = [508, 66, 108, 190];

/** What goes into each stage, and what comes out of it. */
export function pipelinePicture(): string {
  const right = WIDTH - BOX - 8;
  return svg(
    'Three stages: general text makes a language model, your texts tune it, and your labels make a classifier of it',
    { width: WIDTH, height: STAGES.length * ROW - ROW + HEIGHT + 16 },
    ...STAGES.flatMap(({ data, step, model }, i) => {
      const top = 8 + i * ROW;
      const middle = top + HEIGHT / 2;
      const isLast = i === STAGES.length - 1;
      return [
        box({ x: 8, y: top, width: BOX, height: HEIGHT }, { radius: 8 }),
        text(8 + BOX / 2, middle - 10, data[0], { anchor: 'middle', bold: true, size: 14 }),
        text(8 + BOX / 2, middle + 12, data[1], { anchor: 'middle', color: 'soft' }),
        arrow([
          [BOX + 14, middle],
          [right - 6, middle],
        ]),
        text((BOX + 8 + right) / 2, middle - 12, step, { anchor: 'middle', code: true, color: 'soft' }),
        box(
          { x: right, y: top, width: BOX, height: HEIGHT },
          { radius: 8, fill: 'paper', stroke: isLast ? 'orange' : 'green' },
        ),
        text(right + BOX / 2, middle - 10, model[0], { anchor: 'middle', bold: true, size: 14 }),
        text(right + BOX / 2, middle + 12, model[1], { anchor: 'middle', color: 'soft' }),
        ...(isLast
          ? []
          : [
              arrow([
                [right + BOX / 2, top + HEIGHT + 4],
                [right + BOX / 2, top + ROW - 5],
              ]),
              text(right + BOX / 2 + 12, top + HEIGHT + 21, i === 0 ? 'its weights' : 'its encoder', {
                color: 'soft',
                size: 12,
              }),
            ]),
      ];
    }),
  );
}
