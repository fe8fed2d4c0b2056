import { availableParallelism } from 'node:os';

/** Of the threads asked for, those that tokenize: each takes megabytes, and beyond the cores they only wait. */
export const tokenizerThreads = (
  asked: number | undefined,
  cores = availableParallelism(),
): number | undefined => (asked === undefined ? undefined : Math.min(asked, cores));
