import '@tensorflow/tfjs-backend-cpu';
import { ones, tensor2d, tensor3d, tidy } from '@tensorflow/tfjs-core';
import { concatPooling, randomKey, uniformValues } from '@ulmfit/kernels';
import { valueCells } from './cells.js';
import { arrow, svg, text } from './svg.js';

const WORDS = ['the', 'plot', 'is', 'slow', 'but', 'fine'];
const FEATURES = 6;
const [SIZE, LEFT, TOP] = [32, 44, 62];

/** Made-up outputs of a text, and what the real pooling makes of them. */
export function concatPoolingPicture(): string {
  const outputs = Array.from({ length: WORDS.length }, (_, step) =>
    Array.from(uniformValues(FEATURES, -1, 1, randomKey({ seed: 3, stream: 'outputs', step }))),
  );
  const steps = WORDS.length;
  const pooled = tidy(
    () =>
      concatPooling(
        tensor3d(outputs.map((row) => [row])),
        ones([steps, 1]),
        tensor2d(WORDS.map((_, step) => [Number(step === steps - 1)])),
      ).arraySync()[0] ?? [],
  );
  const right = LEFT + steps * SIZE + 76;
  const bottom = TOP + FEATURES * SIZE;
  const columns = (rows: readonly (readonly number[])[]): number[][] =>
    Array.from({ length: FEATURES }, (_, i) => rows.map((row) => row[i] ?? 0));
  const parts = ['last', 'max', 'mean'].map((name, i) => ({
    name,
    values: pooled.slice(i * FEATURES, (i + 1) * FEATURES),
    x: right + i * (SIZE + 26),
  }));
  return svg(
    'The outputs of all steps of a text become three vectors side by side: the last, the largest and the mean of each feature',
    { width: 508, height: bottom + 40 },
    text(LEFT + (steps * SIZE) / 2, 18, 'the last layer’s outputs', { anchor: 'middle', bold: true }),
    ...WORDS.map((word, i) =>
      text(LEFT + i * SIZE + SIZE / 2 - 1, 44, word, { anchor: 'middle', color: 'soft', size: 12 }),
    ),
    valueCells(columns(outputs), { x: LEFT, y: TOP, size: SIZE }),
    arrow([
      [LEFT + steps * SIZE + 14, TOP + (FEATURES * SIZE) / 2],
      [right - 18, TOP + (FEATURES * SIZE) / 2],
    ]),
    ...parts.flatMap(({ name, values, x }) => [
      text(x + SIZE / 2 - 1, 44, name, { anchor: 'middle', bold: true }),
      valueCells(
        values.map((value) => [value]),
        { x, y: TOP, size: SIZE },
      ),
    ]),
    text(right + 1.5 * SIZE + 26, bottom + 18, 'to the head', { anchor: 'middle', color: 'soft' }),
    text(LEFT + (steps * SIZE) / 2, bottom + 18, 'time →', { anchor: 'middle', color: 'soft' }),
  );
}
