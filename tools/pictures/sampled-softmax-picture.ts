import '@tensorflow/tfjs-backend-cpu';
import { tensor1d, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { createLanguageModel } from '@ulmfit/awd-lstm';
import { CarriedStates, Pass } from '@ulmfit/trainer';
import { colour, type Color } from './palette.js';
import { element, svg, text } from './svg.js';

const VOCABULARY = 72;
const FREQUENT = 12;
const DRAWN = 12;
/** Rare words among the targets of each batch. */
const TARGETS = [
  [3, 0, 31, 7, 1, 5],
  [2, 58, 4, 0, 19, 6],
  [1, 0, 8, 44, 3, 2],
];

/** The words that a training step compares: those on whose bias its loss depends. */
function comparedWords(step: number): Set<number> {
  const model = createLanguageModel(
    { vocabulary: VOCABULARY, embedding: 2, hidden: 2, layers: 1 },
    { seed: 1, sampledSoftmax: { frequent: FREQUENT, drawn: DRAWN } },
  );
  const lossWith = (word?: number): number =>
    tidy(() => {
      const bias = Array.from({ length: VOCABULARY }, (_, i) => (i === word ? 1 : 0));
      model.decoderBias.variable.assign(tensor1d(bias));
      const targets = tensor2d([TARGETS[step] ?? []], undefined, 'int32');
      const batch = { ids: targets, targets };
      const pass = new Pass({ phase: 'train', carried: new CarriedStates(), seed: 1, step });
      const loss = model.loss(model.forward(batch, pass), batch, pass).dataSync()[0] ?? 0;
      pass.discard();
      return loss;
    });
  const plain = lossWith();
  const words = Array.from({ length: VOCABULARY }, (_, word) => word);
  const compared = new Set(words.filter((word) => lossWith(word) !== plain));
  model.dispose();
  return compared;
}

/** Which words of the vocabulary three training steps compare with. */
export function sampledSoftmaxPicture(): string {
  const [left, top, size, height] = [64, 38, 6.5, 24];
  const colourOf = (word: number, step: number): Color =>
    word < FREQUENT ? 'green' : TARGETS[step]?.includes(word) ? 'blue' : 'orange';
  const rows = TARGETS.flatMap((_, step) => {
    const y = top + step * (height + 10);
    const compared = comparedWords(step);
    return [
      text(12, y + height / 2, `step ${String(step + 1)}`, { color: 'soft' }),
      ...Array.from({ length: VOCABULARY }, (_, word) =>
        element('rect', {
          ...{ x: left + word * size, y, width: size - 1, height },
          fill: colour(compared.has(word) ? colourOf(word, step) : 'line'),
        }),
      ),
    ];
  });
  const legendY = top + 3 * (height + 10) + 22;
  const entry = (x: number, color: Color, name: string): string =>
    element('rect', { x, y: legendY - 6, width: 12, height: 12, rx: 2, fill: colour(color) }) +
    text(x + 18, legendY, name, { color: 'soft', size: 12 });
  const end = left + VOCABULARY * size;
  return svg(
    'The words that three training steps compare: always the frequent ones, the targets of the batch, and others that are drawn again each time',
    { width: end + 12, height: legendY + 20 },
    text(left, 18, 'frequent words', { bold: true }),
    text(end, 18, 'rare words', { anchor: 'end', bold: true }),
    ...rows,
    entry(left, 'green', 'always compared'),
    entry(left + 134, 'blue', 'target of the batch'),
    entry(left + 284, 'orange', 'drawn'),
    entry(left + 362, 'line', 'left out'),
  );
}
