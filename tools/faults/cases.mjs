/** The command at a size of seconds: the embedded sample, every stage. @type {readonly string[]} */
const everyStage = [
  ...['run', '--data', 'sample', '--preset', 'tiny', '--backend', 'tensorflow', '--threads', '1'],
  ...['--corpus-words', '3000', '--lm-reviews', '60', '--labels', '48', '--test-reviews', '32'],
];

/** @param {boolean} native @param {number} saveEvery seconds @returns {import('./kill-runs.mjs').Case} */
const every = (native, saveEvery) => ({
  name: `${native ? 'native' : 'composed'}-save-${saveEvery}`,
  args: [...everyStage, '--save-every', String(saveEvery)],
  env: { ULMFIT_NATIVE: native ? '1' : '0' },
});

/** What is killed in turn: with the native kernels and without, saving at each step and each second. */
export const cases = /** @type {const} */ ([
  every(true, 0),
  every(false, 0),
  every(true, 1),
  every(false, 1),
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
