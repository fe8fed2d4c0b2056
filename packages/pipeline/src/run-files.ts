/** What stands in a run's folder, beside models and checkpoints. */
export const CONFIG = 'config.json';
export const ENGINE = 'engine.json';
export const METRICS = 'metrics.jsonl';
export const RESULT = 'result.json';
/** Made from the others by the command line. */
export const REPORT = 'report.html';
/** Written by its plugin, where one is given. */
export const TENSORBOARD = 'tensorboard';
