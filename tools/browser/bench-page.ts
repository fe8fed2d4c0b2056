import { getThreadsCount, setThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import { abs, div, max, mul, ready, round, setBackend, tidy } from '@tensorflow/tfjs-core';
import { createClassifier } from '@ulmfit/awd-lstm';
import { loadedClassifier } from '@ulmfit/inference';
import { useWasmKernels } from '@ulmfit/kernels/wasm';
import { specialTokens, tokenizerNamed, Vocabulary } from '@ulmfit/text';
import { memoryStore } from '@ulmfit/trainer';
import { lines } from '../../docs/examples/browser/lines.js';
import { trainOnLines } from '../../docs/examples/browser/train.js';

/** What a way of reading takes, in milliseconds. */
export interface Timing {
  readonly name: string;
  readonly least: number;
  readonly median: number;
}

const TOKENS = 288;

/** How long it takes to classify a review of 288 tokens at the small size, from the text to the probabilities. */
export async function timings(runs: number): Promise<{ threads: number; timings: Timing[] }> {
  setWasmPaths('/node_modules/@tensorflow/tfjs-backend-wasm/dist/');
  setThreadsCount(2);
  await setBackend('wasm');
  await ready();
  const syllable = (i: number): string => ('bdfgklmnprstvzcj'[i % 16] ?? '') + ('aeiou'[(i >> 4) % 5] ?? '');
  // No letter three times running, which would be more tokens than a word.
  const words = Array.from(
    { length: 30_000 - specialTokens.length },
    (_, i) => syllable(i % 80) + syllable(Math.floor(i / 80) % 80) + syllable(Math.floor(i / 6400)),
  );
  const vocabulary = new Vocabulary([...specialTokens, ...words]);
  const sizes = { vocabulary: vocabulary.size, embedding: 200, hidden: 400, layers: 3 };
  const model = createClassifier({ ...sizes, classes: 2, window: 72 });
  const tokenizer = tokenizerNamed('fastai');
  const classifier = loadedClassifier({
    classifier: { model, vocabulary, classes: ['neg', 'pos'], backwards: false },
    tokenizer,
    decision: { temperature: 1 },
  });
  const text = Array.from({ length: TOKENS - 1 }, (_, i) => words[(i * 7919) % words.length]).join(' ');
  const tokens = [...tokenizer.tokenize(text)].length;
  if (tokens !== TOKENS) throw new Error(`${tokens} tokens`);
  const timed = async (name: string, count: number, predict: () => Promise<unknown>): Promise<Timing> => {
    await predict();
    const times: number[] = [];
    for (let i = 0; i < count; i++) {
      const start = performance.now();
      await predict();
      times.push(performance.now() - start);
    }
    times.sort((a, b) => a - b);
    return { name, least: times[0] ?? NaN, median: times[Math.floor(count / 2)] ?? NaN };
  };
  // Once the kernel is there, it stays.
  const composed = await timed('composed operations', Math.ceil(runs / 50), () => classifier.predict([text]));
  useWasmKernels();
  const made = [composed, await timed('our kernel', runs, () => classifier.predict([text]))];
  const many = await timed('our kernel, 32 reviews at once, each', Math.ceil(runs / 25), () =>
    classifier.predict(Array.from({ length: 32 }, () => text)),
  );
  // As `--weights int8` exports them: each row of a matrix whole numbers by a scale.
  for (const { parameters } of model.groups)
    for (const { variable } of parameters)
      if (variable.rank === 2)
        tidy(() => {
          const scales = div(max(abs(variable), 1, true), 127);
          variable.assign(mul(round(div(variable, scales)), scales));
        });
  made.push(await timed('our kernel, int8 weights', runs, () => classifier.predict([text])));
  made.push({ ...many, least: many.least / 32, median: many.median / 32 });
  const short = words.slice(0, 34).join(' ');
  for (const [name, given, options] of [
    ['an explanation of one class, 9 points, of 35 tokens', short, { classes: ['pos'], steps: 9 }],
    ['an explanation of both classes, 9 points', text, { steps: 9 }],
  ] as const)
    made.push(await timed(name, Math.ceil(runs / 20), () => classifier.explain(given, options)));
  classifier.dispose();
  const store = { ...memoryStore(), save: () => undefined, list: () => [] };
  made.push(
    await timed(`training on ${lines.length} lines`, Math.ceil(runs / 50), () =>
      trainOnLines(lines, { store }),
    ),
  );
  return { threads: await threadsOrOne(), timings: made };
}

const threadsOrOne = async (): Promise<number> => {
  try {
    return getThreadsCount();
  } catch {
    return 1;
  }
};
