import { fileURLToPath } from 'node:url';

// Longer validations and more batches to score, so that there is time to be killed in.
const recipe = fileURLToPath(new URL('recipe.json', import.meta.url));

/** @param {string} name */
const data = (name) => fileURLToPath(new URL(`../../docs/data/${name}`, import.meta.url));

/** The command at a size of seconds: the embedded sample, every stage. @type {readonly string[]} */
const everyStage = [
  ...['run', '--data', 'sample', '--preset', 'tiny', '--recipe', recipe, '--threads', '1'],
  ...['--corpus-words', '3000', '--lm-reviews', '60', '--train-reviews', '48', '--test-reviews', '32'],
];

/** Each other one takes its tokens from the cache. @param {boolean} native @param {number} saveEvery seconds @returns {import('./kill-runs.mjs').Case} */
const every = (native, saveEvery) => ({
  name: `${native ? 'native' : 'composed'}-save-${saveEvery}`,
  args: [
    ...everyStage,
    '--backend',
    'tensorflow',
    '--save-every',
    String(saveEvery),
    ...(saveEvery === 0 ? ['--no-token-cache'] : []),
  ],
  env: { ULMFIT_NATIVE: native ? '1' : '0' },
});

/** The same in WebAssembly. @type {import('./kill-runs.mjs').Case} */
const everyInWasm = {
  name: 'wasm-save-0',
  args: [...everyStage, '--backend', 'wasm', '--save-every', '0', '--no-token-cache'],
  env: {},
};

/** A user's file: the plain baseline, fine-tuning, the classifier with its best epoch, and the blend. @param {string} backend @returns {import('./kill-runs.mjs').Case} */
const ownData = (backend) => ({
  name: `own-data-${backend}-save-0`,
  args: [
    ...['run', '--data', data('tickets.csv'), '--test', data('tickets-test.csv')],
    ...['--text-column', 'subject,message', '--label-column', 'team', '--preset', 'tiny', '--recipe', recipe],
    ...['--backend', backend, '--threads', '1', '--save-every', '0', '--no-token-cache'],
  ],
  env: {},
});

/** What is killed in turn: reviews and own data, with the native kernels, without, and in WebAssembly, saving at each step and each second. */
export const cases = /** @type {const} */ ([
  every(true, 0),
  every(false, 0),
  everyInWasm,
  ownData('tensorflow'),
  every(true, 1),
  every(false, 1),
  ownData('wasm'),
]);

/** The share of it that `npm test` has: one stage. @type {import('./kill-runs.mjs').Case} */
export const shortCase = {
  name: 'pretrain',
  args: [
    ...['pretrain', '--preset', 'tiny', '--backend', 'tensorflow', '--threads', '1'],
    ...['--corpus-words', '1500', '--save-every', '0'],
  ],
  env: {},
};
