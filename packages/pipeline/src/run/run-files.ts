/** The names of what stands in a run's folder, beside models and checkpoints. */
export interface RunFiles {
  /** Every setting. */
  readonly config: string;
  /** What there is to learn, as it was read. */
  readonly task: string;
  /** The general text, by its fingerprint. */
  readonly corpus: string;
  /** The plain baseline. */
  readonly linear: string;
  /** What computes. */
  readonly engine: string;
  /** A line for each step and epoch. */
  readonly metrics: string;
  /** The figures of the finished stages. */
  readonly result: string;
  /** Made of the others by the command line. */
  readonly report: string;
  /** Written by its plugin, where one is given. */
  readonly tensorboard: string;
}

/** The names that there are. */
export const runFiles: RunFiles = {
  config: 'config.json',
  task: 'task.json',
  corpus: 'corpus.json',
  linear: 'linear.safetensors',
  engine: 'engine.json',
  metrics: 'metrics.jsonl',
  result: 'result.json',
  report: 'report.html',
  tensorboard: 'tensorboard',
};
