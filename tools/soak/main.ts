// `npm run test:soak`: thousands of steps and predictions in one process, whose memory must stay. See docs/reliability.md.
import { parseArgs } from 'node:util';
import '@tensorflow/tfjs';
import { useBackend } from '@ulmfit/backend-node';
import { soak, type Sample } from './soak.js';

const { values } = parseArgs({
  options: {
    steps: { type: 'string', default: '2000' },
    predictions: { type: 'string', default: '20000' },
    threads: { type: 'string' },
  },
});

/** Of each work, the share that warms up: caches fill, code is compiled, the allocator finds its size. */
const warmUp = 0.3;
const mostGrowth = 0.02;

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (i: number) => sorted[Math.floor(i)] ?? NaN;
  return (at((sorted.length - 1) / 2) + at(sorted.length / 2)) / 2;
}

const started = performance.now();
const info = await useBackend({
  backend: 'tensorflow',
  ...(values.threads && { threads: Number(values.threads) }),
});
console.log(`TensorFlow ${info.version}, ${info.threads} threads, ${info.fastKernels.join(', ')}`);
for (const warning of info.warnings) console.log(warning);
console.log(
  '| work | done | resident, MB | allocated, MB | heap, MB | buffers, MB | tensors | native tensors |',
);
console.log('| --- | --- | --- | --- | --- | --- | --- | --- |');
const samples = await soak({
  steps: Number(values.steps),
  predictions: Number(values.predictions),
  samples: 10,
  onSample: ({ work, done, resident, allocated, heap, buffers, tensors, native }) => {
    const megabytes = [resident, allocated, heap, buffers].map((n) => n.toFixed(1));
    console.log(`| ${[work, done, ...megabytes, tensors, native].join(' | ')} |`);
  },
});

const failures: string[] = [];
for (const work of ['training', 'predicting'] as const) {
  const own = samples.filter((sample) => sample.work === work);
  const warm = own.slice(Math.ceil(warmUp * own.length) - 1);
  const half = Math.floor(warm.length / 2);
  // Single samples swing with what the allocator keeps at hand: the middle ones of each half are compared.
  for (const kind of ['resident', 'allocated'] as const) {
    const of = (some: readonly Sample[]) => median(some.map((sample) => sample[kind]));
    const growth = of(warm.slice(-half)) / of(warm.slice(0, half)) - 1;
    console.log(
      `${work}: ${kind} memory ${growth < 0 ? '' : '+'}${(100 * growth).toFixed(2)} % after warm-up`,
    );
    if (growth > mostGrowth)
      failures.push(`${work}: ${kind} memory grows by more than ${100 * mostGrowth} %`);
  }
  for (const kind of ['tensors', 'native'] as const)
    if (new Set(own.map((sample) => sample[kind])).size > 1)
      failures.push(`${work}: ${kind} differ in number`);
}
console.log(`${Math.round((performance.now() - started) / 1000)} s`);
for (const failure of failures) console.error(failure);
process.exit(failures.length > 0 ? 1 : 0);
