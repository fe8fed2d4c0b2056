// What an int8 model gains and loses by layers that multiply whole numbers, beside the float32 kernels with the same weights:
//   node tools/bench/int8.mjs MODEL --data aclImdb.tar.gz --texts 600
// Processor time by one thread, so that other programs disturb it little.
import { getKernel, registerKernel, unregisterKernel } from '@tensorflow/tfjs-core';
import { parseArgs } from 'node:util';
import { useBackend } from '@ulmfit/backend-node';
import { readImdb, sampleImdb } from '@ulmfit/data-imdb';
import { loadClassifier } from '@ulmfit/inference/node';
import { fastaiTokenizer } from '@ulmfit/text';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    data: { type: 'string' },
    texts: { type: 'string', default: '600' },
    rounds: { type: 'string', default: '12' },
  },
});
const [model] = positionals;
if (model === undefined) {
  console.error('int8: give a model, such as packages/models/sentiment-en/model.ulmfit');
  process.exit(2);
}
await useBackend({ threads: 1, precision: 'float32' });
const classifier = await loadClassifier(model);
const name = 'UlmfitLstmLayer';
const kernel = getKernel(name, 'tensorflow');
/** Without it, TensorFlow multiplies the inputs, and a kernel of float32 takes the steps. @param {'int8' | 'float32'} numbers */
const use = (numbers) => {
  unregisterKernel(name, 'tensorflow');
  registerKernel(numbers === 'int8' ? kernel : { ...kernel, kernelFunc: () => [] });
};
const both = /** @type {const} */ (['int8', 'float32']);

const tokenizer = fastaiTokenizer();
const words = sampleImdb({ seed: 1, train: 60, test: 0, unsup: 0 }).flatMap(({ text }) => text.split(' '));
while (tokenizer.tokenize(words.join(' ')).length > 288) words.pop();
/** @type {Record<string, number[]>} */
const milliseconds = { int8: [], float32: [] };
for (let round = 0; round < Number(values.rounds); round++)
  for (const numbers of both) {
    use(numbers);
    await classifier.predict([words.join(' ')]);
    const before = process.cpuUsage();
    for (let i = 0; i < 8; i++) await classifier.predict([words.join(' ')]);
    const { user, system } = process.cpuUsage(before);
    milliseconds[numbers]?.push((user + system) / 8000);
  }
for (const numbers of both)
  console.log(
    `288 tokens, ${numbers}: ${Math.min(...(milliseconds[numbers] ?? [])).toFixed(1)} ms of one core at best`,
  );

if (values.data !== undefined) {
  const half = Number(values.texts) / 2;
  const reviews = (await readImdb(values.data)).filter(({ split }) => split === 'test');
  const chosen = ['pos', 'neg'].flatMap((label) =>
    reviews.filter((review) => review.label === label).slice(0, half),
  );
  /** @type {number[][]} */
  const positive = [];
  for (const numbers of both) {
    use(numbers);
    const made = await classifier.predict(
      chosen.map(({ text }) => text),
      { batchSize: 16 },
    );
    positive.push(made.map(({ probabilities }) => probabilities['pos'] ?? NaN));
    const right = made.filter(({ label }, i) => label === chosen[i]?.label).length;
    console.log(`accuracy on ${chosen.length} reviews, ${numbers}: ${(right / chosen.length).toFixed(4)}`);
  }
  const [whole = [], float = []] = positive;
  /** @param {number} p */
  const logit = (p) => Math.log(p / (1 - p));
  const differences = whole.map((p, i) => Math.abs(logit(p) - logit(float[i] ?? NaN))).sort((a, b) => a - b);
  console.log(
    `log-odds differ by ${differences[chosen.length >> 1]?.toExponential(1)} in the middle, ${differences.at(-1)?.toExponential(1)} at most`,
  );
}
