import * as tf from '@tensorflow/tfjs-core';
import { createClassifier } from '@ulmfit/awd-lstm';
import { normalValues, randomKey } from '@ulmfit/kernels';
import { sgd } from '@ulmfit/optimizers';
import { classifierLoader, TokenCorpus } from '@ulmfit/text';
import { createTrainer, type AuxiliaryPasses, type Model, type TrainingPlugin } from '@ulmfit/trainer';
import { describe, expect, it, onTestFinished } from 'vitest';
import { divergence } from './divergence.js';
import {
  adversarialTraining,
  virtualAdversarialTraining,
  type LogitsOutput,
  type TextsBatch,
  type WordsTap,
} from './index.js';
import { allTexts, meanOfWords } from './texts.test-helper.js';
import { adding, WordsOfTexts } from './words-of-texts.js';

const numbers = (t: tf.Tensor): number[] => [...t.dataSync()];

/** Runs something in the auxiliary passes of the first step. */
async function inPasses<Batch extends TextsBatch, Output extends LogitsOutput, Taps extends WordsTap>(
  model: Model<Batch, Output, Taps>,
  train: {
    batches: (epoch: number) => number;
    open: (at: { epoch: number; batch: number }) => Iterator<Batch>;
  },
  body: (passes: AuxiliaryPasses<Batch, Output>) => void,
): Promise<void> {
  let ran = 0;
  const plugin: TrainingPlugin<Batch, Output, Taps> = {
    name: 'body',
    auxiliary: (passes) => {
      if (ran++ === 0) tf.tidy(() => body(passes));
    },
  };
  const trainer = createTrainer({ model, optimizer: sgd(), plugins: [plugin] });
  onTestFinished(() => {
    trainer.dispose();
    model.dispose();
  });
  await trainer.fit({ stage: 'test', train, epochs: 1, lr: 0 });
  expect(ran).toBeGreaterThan(0);
}

/** Documents of 11, 7 and 2 words, read in windows of 3. */
const documents = [11, 7, 2].map((length, d) => Array.from({ length }, (_, i) => 2 + ((d + i * i) % 9)));
const classifier = (maxLength = 12) =>
  createClassifier({
    ...{ vocabulary: 11, embedding: 3, hidden: 4, layers: 2, classes: 2, headLayers: [4] },
    ...{ window: 3, maxLength },
  });
const loader = () =>
  classifierLoader(TokenCorpus.fromDocuments(documents), [0, 1, 1], { batchSize: 3, window: 3 });

describe('a perturbation', () => {
  it('has its norm over a whole text, through the windows that a classifier reads it in, and spares padding', async () => {
    await inPasses(classifier(), loader(), (passes) => {
      const words = new WordsOfTexts('test', 3);
      const pieces: { x: tf.Tensor; ids: tf.Tensor; rows: readonly number[] | undefined }[] = [];
      passes
        .run(passes.batch, ({ logits }) => logits.clone(), {
          rewrite: {
            embedding: (x, pass, context: Parameters<typeof words.look>[2]) => {
              pieces.push({ x: tf.keep(x.clone()), ids: tf.keep(context.ids.clone()), rows: context.rows });
              return words.look(x, pass, context);
            },
          },
        })
        .dispose();
      // The short ones have ended, or not begun, in some windows.
      expect(pieces.map(({ rows }) => rows?.length)).toEqual(expect.arrayContaining([1, 3]));
      const directions = words.directions((call) => randomKey({ seed: 1, stream: 'test', call }));
      expect(new Set(directions.flatMap(numbers))).toEqual(new Set([-1, 1]));
      const moved = words.scaled(directions, { share: 0.1 });
      const [own, theirs] = [
        [0, 0, 0],
        [0, 0, 0],
      ];
      pieces.forEach(({ x, ids, rows }, i) => {
        const [time = 0, count = 0, features = 0] = x.shape;
        const [r, e, id] = [numbers(moved[i] as tf.Tensor), numbers(x), numbers(ids)];
        for (let t = 0; t < time; t++)
          for (let row = 0; row < count; row++)
            for (let f = 0; f < features; f++) {
              const at = (t * count + row) * features + f;
              const text = rows?.[row] ?? NaN;
              if (id[t * count + row] === 1) expect(r[at]).toBe(0);
              else {
                own[text] = (own[text] ?? 0) + (e[at] ?? NaN) ** 2;
                theirs[text] = (theirs[text] ?? 0) + (r[at] ?? NaN) ** 2;
              }
            }
      });
      own.forEach((square, text) => expect(theirs[text]).toBeCloseTo(0.01 * square, 6));
      const fixed = words.scaled(directions, { norm: 2 });
      const total = fixed.flatMap(numbers).reduce((sum, value) => sum + value ** 2, 0);
      expect(total).toBeCloseTo(3 * 4, 4);
      words.dispose();
      tf.dispose(pieces.map(({ x, ids }) => [x, ids]));
    });
  });

  it('of a linear model points along its weights, up to the sign', async () => {
    await inPasses(meanOfWords({ linear: true }), allTexts, (passes) => {
      const words = new WordsOfTexts('test', 3);
      const said = passes.run(passes.batch, ({ logits }) => logits.clone(), {
        rewrite: { embedding: words.look },
      });
      const first = words.scaled(
        words.directions((call) => randomKey({ seed: 2, stream: 'test', call })),
        { share: 0.1 },
      );
      const change = ({ logits }: LogitsOutput) => divergence(said, logits);
      const slopes = passes.gradientsAt('embedding', passes.batch, change, {
        rewrite: { embedding: adding(first) },
      });
      const [found] = words.scaled(slopes, { norm: 1 });
      const { groups } = meanOfWords({ linear: true });
      const [inner, head] = [1, 2].map((g) => groups[g]?.parameters[0]?.variable as tf.Tensor2D);
      const both = tf.matMul(inner as tf.Tensor2D, head as tf.Tensor2D);
      const along = tf.sub(tf.slice(both, [0, 0], [3, 1]), tf.slice(both, [0, 1], [3, 1]));
      const unit = numbers(tf.div(along, tf.norm(along)));
      const r = (found as tf.Tensor3D).arraySync();
      r.forEach((rows) =>
        rows.forEach((word) => {
          const size = Math.hypot(...word);
          if (size === 0) return;
          const cosine = word.reduce((sum, value, f) => sum + value * (unit[f] ?? NaN), 0) / size;
          expect(Math.abs(cosine)).toBeCloseTo(1, 4);
        }),
      );
      words.dispose();
      tf.dispose(groups.flatMap(({ parameters }) => parameters.map(({ variable }) => variable)));
    });
  });

  it.each([
    ['adversarial', adversarialTraining({ share: 0.05 })],
    ['virtualAdversarial', virtualAdversarialTraining({ share: 0.05 })],
  ] as const)('%s: changes more than a random one of the same norm', async (term, plugin) => {
    const model = classifier();
    const random: number[] = [];
    const watch: TrainingPlugin<TextsBatch, LogitsOutput, WordsTap> = {
      name: 'watch',
      taps: ['embedding'],
      auxiliary: (passes) =>
        tf.tidy(() => {
          for (let draw = 0; draw < 20; draw++) {
            const words = new WordsOfTexts('watch', 3);
            const said = passes.run(passes.batch, ({ logits }) => logits.clone(), {
              rewrite: { embedding: words.look },
            });
            const loss = (output: LogitsOutput) =>
              term === 'adversarial'
                ? passes.taskLoss(output, passes.batch)
                : divergence(said, output.logits);
            const shapes = words.directions((call) => randomKey({ seed: draw, stream: 'watch', call }));
            const normal = shapes.map((d, call) =>
              tf.tensor(
                Float32Array.from(normalValues(d.size, randomKey({ seed: draw, stream: 'normal', call }))),
                d.shape,
              ),
            );
            const moved = adding(words.scaled(normal, { share: 0.05 }));
            random.push(numbers(passes.run(passes.batch, loss, { rewrite: { embedding: moved } }))[0] ?? NaN);
            words.dispose();
          }
        }),
    };
    const trainer = createTrainer({ model, optimizer: sgd(), plugins: [plugin, watch] });
    const { history } = await trainer.fit({ stage: 'test', train: loader(), epochs: 1, lr: 0 });
    expect(history[0]?.values[term]).toBeGreaterThan(Math.max(...random));
    trainer.dispose();
    model.dispose();
  });

  it('of words that no gradient reaches is none, and the running statistics stay', async () => {
    // Only the last window is pooled; the first ones carry the state alone.
    const model = classifier(3);
    const statistics = () => model.buffers?.map(({ variable }) => numbers(variable));
    const plain = createTrainer({ model, optimizer: sgd() });
    await plain.fit({ stage: 'test', train: loader(), epochs: 1, lr: 0 });
    const after = statistics();
    plain.dispose();
    const again = classifier(3);
    const trainer = createTrainer({
      model: again,
      optimizer: sgd(),
      plugins: [adversarialTraining(), virtualAdversarialTraining()],
    });
    const { history } = await trainer.fit({ stage: 'test', train: loader(), epochs: 1, lr: 0 });
    expect(history[0]?.values['adversarial']).toBeGreaterThan(0);
    expect(again.buffers?.map(({ variable }) => numbers(variable))).toEqual(after);
    trainer.dispose();
    [model, again].forEach((each) => each.dispose());
  });
});
