/** What stands in a run's folder, beside models and checkpoints. */
export const runFiles = {
  /** Every setting. */
  config: 'config.json',
  /** What there is to learn, as it was read. */
  task: 'task.json',
  /** The general text, by its fingerprint. */
  corpus: 'corpus.json',
  /** The plain baseline. */
  linear: 'linear.safetensors',
  /** What computes. */
  engine: 'engine.json',
  /** A line for each step and epoch. */
  metrics: 'metrics.jsonl',
  /** The figures of the finished stages. */
  result: 'result.json',
  /** Made of the others by the command line. */
  report: 'report.html',
  /** Written by its plugin, where one is given. */
  tensorboard: 'tensorboard',
} as const;
