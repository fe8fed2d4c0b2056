import '@tensorflow/tfjs-backend-cpu';
import { ones, tensor2d, tidy, type Tensor } from '@tensorflow/tfjs-core';
import { dropoutMask, randomKey } from '@ulmfit/kernels';
import { embeddingDropout, inputDropout, weightDrop } from '@ulmfit/regularizers';
import { CarriedStates, Pass, timeMajor } from '@ulmfit/trainer';
import { maskCells } from './cells.js';
import { element, svg, text } from './svg.js';
import { colour } from './palette.js';

/** The pass of a step, from which the plugins draw their masks. */
const passOfStep = (step: number, seed = 1): Pass =>
  new Pass({ phase: 'train', carried: new CarriedStates(), seed, stage: 'pretrain', step });

const values = <T>(make: () => Tensor): T => {
  const made = tidy(make);
  const array = made.arraySync() as T;
  made.dispose();
  return array;
};

/** What the plugin has let through where all was there. */
function required<T>(x: T | undefined): T {
  if (x === undefined) throw new Error('the plugin rewrites nothing there');
  return x;
}

export function weightDropMasks(): string {
  const [count, size, top] = [24, 8, 40];
  const panels = [0, 1].flatMap((step) => {
    const x = 22 + step * 252;
    const mask = values<number[][]>(() =>
      required(weightDrop(0.5).rewrite?.weightHh?.(ones([count, count]), passOfStep(step), { layer: 0 })),
    );
    return [
      text(x + (count * size) / 2, 20, `step ${String(step + 1)}`, { anchor: 'middle', bold: true }),
      maskCells(mask, { x, y: top, size }),
      text(x + (count * size) / 2, top + count * size + 18, 'one mask for all time steps', {
        anchor: 'middle',
        color: 'soft',
      }),
    ];
  });
  return svg(
    'Two masks over the recurrent weights: half of the single weights are dropped, others in the next step',
    { width: 488, height: top + count * size + 34 },
    ...panels,
  );
}

export function variationalDropoutMasks(): string {
  const [time, features, size, top] = [12, 16, 10, 60];
  const transposed = (rows: readonly (readonly number[])[]): number[][] =>
    Array.from({ length: features }, (_, i) => rows.map((row) => row[i] ?? 0));
  const plain = values<number[][]>(() =>
    dropoutMask([time, features], 0.4, randomKey({ seed: 1, stream: 'plain' })),
  );
  const variational = values<number[][][]>(() =>
    required(inputDropout(0.4).rewrite?.input?.(ones([time, 2, features]), passOfStep(0), timeMajor)),
  );
  const ofText = (i: number): number[][] => variational.map((texts) => texts[i] ?? []);
  const panels = [
    ['ordinary', 'a text', plain],
    ['variational', 'the first text', ofText(0)],
    ['variational', 'the second text', ofText(1)],
  ] as const;
  return svg(
    'Ordinary dropout drops other features at each time step; variational dropout drops the same ones at all steps of a text',
    { width: 508, height: top + features * size + 34 },
    ...panels.flatMap(([name, of, mask], i) => {
      const x = 34 + i * 160;
      const middle = x + (time * size) / 2;
      return [
        text(middle, 18, name, { anchor: 'middle', bold: true }),
        text(middle, 38, of, { anchor: 'middle', color: 'soft' }),
        maskCells(transposed(mask), { x, y: top, size, color: i === 0 ? 'orange' : 'green' }),
        text(middle, top + features * size + 16, 'time →', { anchor: 'middle', color: 'soft' }),
      ];
    }),
    element(
      'g',
      { transform: `rotate(-90 16 ${String(top + (features * size) / 2)})` },
      text(16, top + (features * size) / 2, 'features', { anchor: 'middle', color: 'soft' }),
    ),
  );
}

const SENTENCE = 'the film was long , but the cast and the music made the film work .'.split(' ');

export function embeddingDropoutWords(): string {
  const vocabulary = [...new Set(SENTENCE)];
  const [left, width, line, letter] = [70, 520, 28, 7.9];
  const kept = (step: number): number[][][] =>
    values(() =>
      required(
        embeddingDropout(0.25).rewrite?.embedding?.(ones([SENTENCE.length, 1, 1]), passOfStep(step, 26), {
          ids: tensor2d(
            SENTENCE.map((word) => [vocabulary.indexOf(word)]),
            undefined,
            'int32',
          ),
          vocabulary: vocabulary.length,
        }),
      ),
    );
  let y = 20;
  const steps = [0, 1, 2].flatMap((step) => {
    const parts = [text(left - 14, y, `step ${String(step + 1)}`, { anchor: 'end', color: 'soft' })];
    let x = left;
    kept(step).forEach(([[value = 0] = []], i) => {
      const word = SENTENCE[i] ?? '';
      const length = word.length * letter;
      if (x + length > width - 10) [x, y] = [left, y + line];
      parts.push(text(x, y, word, { code: true, color: value === 0 ? 'soft' : 'ink' }));
      if (value === 0)
        parts.push(
          element('path', {
            d: `M${x.toFixed(1)} ${String(y)}h${length.toFixed(1)}`,
            stroke: colour('red'),
            'stroke-width': 2,
          }),
        );
      x += length + letter;
    });
    y += line + 16;
    return parts;
  });
  return svg(
    'A sentence in three steps: a word that is dropped is gone at all its places, and others are dropped in the next step',
    { width, height: y - 20 },
    ...steps,
  );
}
