import { tensor2d, tidy } from '@tensorflow/tfjs-core';
import { randomKey, randomWords } from '@ulmfit/kernels';
import { CarriedStates, inferencePass } from '@ulmfit/trainer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createClassifier } from './classifier.js';
import { createLanguageModel } from './language-model.js';

// On models of random sizes; `classifier.test.ts` has a fixed one, and more to say of its windows.

const vocabulary = 13;
const sizes = fc.record({
  embedding: fc.integer({ min: 1, max: 6 }),
  hidden: fc.integer({ min: 1, max: 9 }),
  layers: fc.integer({ min: 1, max: 3 }),
});
const seeds = fc.integer({ min: 0, max: 2 ** 32 - 1 });

const idsOf = (length: number, seed: number, row: number): number[] =>
  Array.from(randomWords(length, randomKey({ seed, stream: `row ${row}` })), (word) => word % vocabulary);

function expectSame(got: readonly number[], expected: readonly number[]): void {
  expect(got).toHaveLength(expected.length);
  got.forEach((x, i) => expect(Math.abs(x - (expected[i] as number))).toBeLessThanOrEqual(1e-5));
}

describe('a language model', () => {
  /** The logits of each row's every step, read in windows of these lengths: `[row][time * vocabulary]`. */
  const read = (model: ReturnType<typeof createLanguageModel>, rows: number[][], windows: number[]) => {
    const states = new CarriedStates();
    const logits = rows.map((): number[] => []);
    let from = 0;
    for (const length of windows) {
      tidy(() => {
        const ids = tensor2d(
          rows.map((row) => row.slice(from, from + length)),
          [rows.length, length],
          'int32',
        );
        inferencePass((pass) => {
          const steps = model.logits(model.forward({ ids, targets: ids }, pass)).arraySync();
          steps.forEach((step, i) => logits[i % rows.length]?.push(...step));
        }, states);
      });
      from += length;
    }
    states.reset();
    return logits;
  };

  it('predicts the same alone, in any batch, in any order, and however its text is cut', () => {
    fc.assert(
      fc.property(
        sizes,
        seeds,
        fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 2, max: 5 }),
        (encoder, seed, windows, batch) => {
          const model = createLanguageModel({ ...encoder, vocabulary }, { seed });
          const time = windows.reduce((a, b) => a + b);
          const rows = Array.from({ length: batch }, (_, row) => idsOf(time, seed, row));
          const together = read(model, rows, windows);
          const reversed = read(model, rows.toReversed(), windows).reverse();
          const whole = read(model, rows, [time]);
          rows.forEach((row, i) => {
            const alone = read(model, [row], windows)[0] as number[];
            for (const other of [together, reversed, whole]) expectSame(other[i] as number[], alone);
          });
          model.dispose();
        },
      ),
      { seed: 1, numRuns: 12 },
    );
  });
});

describe('a classifier', () => {
  it('predicts the same alone, in any batch, and with any padding around and ids in it', () => {
    fc.assert(
      fc.property(
        sizes,
        seeds,
        fc.array(fc.integer({ min: 1, max: 14 }), { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 0, max: 3 }),
        fc.integer({ min: 0, max: vocabulary - 1 }),
        (encoder, seed, lengths, more, padding) => {
          const window = 1 + (seed % 5);
          const model = createClassifier(
            { ...encoder, vocabulary, classes: 3, window, maxLength: 2 * window, headLayers: [4] },
            { seed },
          );
          const read = (some: readonly number[]) => {
            const most = Math.max(...some.map((row) => lengths[row] as number));
            const time = (Math.ceil(most / window) + more) * window;
            const starts = some.map((row) => ((row * 7 + seed) % (more + 1)) * window);
            const ids = some.map((row, i) => {
              const text = idsOf(lengths[row] as number, seed, row);
              const before = new Array<number>(starts[i] as number).fill(padding);
              return [...before, ...text, ...new Array<number>(time).fill(padding)].slice(0, time);
            });
            return tidy(() =>
              inferencePass(
                (pass) =>
                  model
                    .forward(
                      {
                        ids: tensor2d(ids, [some.length, time], 'int32'),
                        lengths: some.map((row) => lengths[row] as number),
                        starts,
                      },
                      pass,
                    )
                    .logits.arraySync(),
                new CarriedStates(),
              ),
            );
          };
          const all = lengths.map((_, row) => row);
          const together = read(all);
          const reversed = read(all.toReversed()).reverse();
          for (const row of all) {
            const alone = read([row])[0] as number[];
            for (const other of [together, reversed]) expectSame(other[row] as number[], alone);
          }
          model.dispose();
        },
      ),
      { seed: 2, numRuns: 20 },
    );
  });
});
