import type { TrainingPlugin } from './plugin.js';

/**
 * What each key of a plugin is: a hook within a step, which must be synchronous; one that may wait; an object of hooks
 * within a step; or a setting. A hook that the protocol gets and that is not named here does not compile.
 */
const kinds: Readonly<Record<keyof TrainingPlugin, 'step' | 'waiting' | 'table' | 'setting'>> = {
  name: 'setting',
  settings: 'setting',
  enforce: 'setting',
  after: 'setting',
  requires: 'setting',
  owns: 'setting',
  taps: 'setting',
  setup: 'waiting',
  beforeFit: 'waiting',
  afterResume: 'waiting',
  beforeEpoch: 'waiting',
  beforeTrain: 'waiting',
  beforeBatch: 'step',
  batch: 'step',
  beforeStep: 'step',
  afterStep: 'step',
  afterBatch: 'step',
  afterTrain: 'waiting',
  beforeValidate: 'waiting',
  afterValidate: 'waiting',
  afterEpoch: 'waiting',
  afterFit: 'waiting',
  save: 'waiting',
  onError: 'waiting',
  rate: 'step',
  hyper: 'table',
  rewrite: 'table',
  observe: 'table',
  loss: 'step',
  auxiliary: 'step',
  gradients: 'step',
  evaluationWeights: 'step',
  stateDict: 'step',
  loadStateDict: 'step',
};

const named = (...wanted: readonly string[]): string[] =>
  Object.entries(kinds).flatMap(([key, kind]) => (wanted.includes(kind) ? [key] : []));

export const pluginKeys: readonly string[] = Object.keys(kinds);
/** Every hook that is a function. */
export const hookNames: readonly string[] = named('step', 'waiting');
/** Those that must be synchronous. */
export const stepHookNames: readonly string[] = named('step');
/** Objects of hooks that must be synchronous. */
export const hookTables: readonly string[] = named('table');
