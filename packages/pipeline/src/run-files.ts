/** The files of a run's folder. */
export const CONFIG = 'config.json';
export const ENGINE = 'engine.json';
export const METRICS = 'metrics.jsonl';
export const RESULT = 'result.json';
/** Made from the others by the command line. */
export const REPORT = 'report.html';
