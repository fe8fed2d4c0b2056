/** Hooks within a step, which must be synchronous. */
export const stepHooks = [
  'beforeBatch',
  'batch',
  'beforeStep',
  'afterStep',
  'afterBatch',
  'rate',
  'loss',
  'gradients',
  'evaluationWeights',
  'stateDict',
  'loadStateDict',
] as const;

/** Hooks that may wait for something. */
export const asyncHooks = [
  'setup',
  'beforeFit',
  'afterResume',
  'beforeEpoch',
  'beforeTrain',
  'afterTrain',
  'beforeValidate',
  'afterValidate',
  'afterEpoch',
  'afterFit',
  'save',
  'onError',
] as const;

/** Objects of synchronous functions. */
export const hookTables = ['hyper', 'rewrite', 'observe'] as const;

/** Everything that the protocol knows. */
export const pluginKeys: readonly string[] = [
  ...['name', 'enforce', 'after', 'requires', 'owns', 'taps'],
  ...stepHooks,
  ...asyncHooks,
  ...hookTables,
];
