/** A hook of a plugin, by its name in the protocol. */
export interface HookRow {
  readonly hook: string;
  /** What it is for, or what it is called with. */
  readonly note?: string;
}

/** What the trainer itself does. */
export interface ActionRow {
  readonly action: string;
}

/** Rows that run several times, or only sometimes. */
export interface Frame {
  readonly frame: string;
  readonly rows: readonly Row[];
  readonly sometimes?: boolean;
}

export type Row = HookRow | ActionRow | Frame;

const hook = (name: string, note?: string): HookRow => ({ hook: name, ...(note !== undefined && { note }) });
const action = (name: string): ActionRow => ({ action: name });

const microBatch: Frame = {
  frame: 'each micro-batch',
  rows: [
    hook('beforeBatch', 'sees the batch'),
    hook('batch', 'may replace it'),
    hook('rate', 'a factor of the learning rate'),
    hook('hyper', 'momentum, weight decay'),
    action('forward pass, at each tap'),
    hook('rewrite', 'may replace the tensor'),
    hook('observe', 'sees it'),
    action('the model’s loss'),
    hook('loss', 'adds terms'),
    action('backward pass'),
    hook('auxiliary', 'further passes to learn from'),
  ],
};

const step: Frame = {
  frame: 'each step',
  rows: [
    microBatch,
    hook('gradients', 'may replace them: clipping'),
    action('stops here if a number is not finite'),
    hook('beforeStep'),
    action('the optimizer updates the weights'),
    hook('afterStep'),
    hook('afterBatch'),
    hook('save', 'with ‘step’'),
    hook('stateDict', 'called by plugins that save'),
  ],
};

const validation: Frame = {
  frame: 'with a validation set',
  sometimes: true,
  rows: [
    hook('beforeValidate'),
    hook('evaluationWeights', 'weights to validate'),
    action('validation'),
    hook('afterValidate'),
  ],
};

/** The hooks of a fit in the order in which they run. A test holds it to a real fit. */
export const hookOrder: readonly Row[] = [
  hook('setup', 'wrong settings throw'),
  hook('beforeFit'),
  {
    frame: 'if the fit is resumed',
    sometimes: true,
    rows: [hook('loadStateDict'), hook('afterResume', 'all state is loaded')],
  },
  {
    frame: 'each epoch',
    rows: [
      hook('beforeEpoch'),
      hook('beforeTrain'),
      step,
      hook('afterTrain'),
      validation,
      hook('afterEpoch'),
      hook('save', 'with ‘epoch’'),
    ],
  },
  hook('afterFit'),
  hook('save', 'with ‘fit’'),
  { frame: 'on an error', sometimes: true, rows: [hook('onError')] },
];

/** The names of the hooks from top to bottom. */
export const hooksOf = (rows: readonly Row[]): string[] =>
  rows.flatMap((row) => ('frame' in row ? hooksOf(row.rows) : 'hook' in row ? [row.hook] : []));
