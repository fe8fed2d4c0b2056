import { requireInteger, requireNotNegative, requirePositive, requireThat } from '@ulmfit/errors';

/** What a server takes at most, and how it batches. */
export interface ServerLimits {
  /** Texts that are classified at once at most. Default 64. */
  readonly batchSize?: number | undefined;
  /** Milliseconds that a text waits for company while several clients ask. Default 2. */
  readonly batchWait?: number | undefined;
  /** Texts that wait at most; beyond it the answer is 429. Default 256. */
  readonly queueSize?: number | undefined;
  /** Texts of a request at most. Default 128. */
  readonly maxTexts?: number | undefined;
  /** UTF-16 code units of a text at most, as JavaScript counts them. Default 20,000. */
  readonly maxCharacters?: number | undefined;
  /** Bytes of a request's body at most. Default 1 MiB. */
  readonly maxBodyBytes?: number | undefined;
  /** Seconds from a request to its answer at most. Default 30. */
  readonly timeout?: number | undefined;
}

/** The limits, each with its value. */
export type ResolvedLimits = Readonly<Record<keyof ServerLimits, number>>;

const defaults: ResolvedLimits = {
  batchSize: 64,
  batchWait: 2,
  queueSize: 256,
  maxTexts: 128,
  maxCharacters: 20_000,
  maxBodyBytes: 1024 * 1024,
  timeout: 30,
};

/** The longest that a timer of JavaScript can wait, in seconds. */
const LONGEST = (2 ** 31 - 1) / 1000;

/**
 * The limits with their defaults.
 * @throws UlmfitError `BAD_OPTION` for what makes no sense, or for more texts in a request than the queue holds
 */
export function resolveLimits(given: ServerLimits): ResolvedLimits {
  const limits = Object.fromEntries(
    Object.entries(defaults).map(([name, value]) => [name, given[name as keyof ServerLimits] ?? value]),
  ) as Record<keyof ServerLimits, number>;
  // A smaller queue than the default takes smaller requests, unless both are given.
  if (given.maxTexts === undefined) limits.maxTexts = Math.min(limits.maxTexts, limits.queueSize);
  for (const name of ['batchSize', 'queueSize', 'maxTexts', 'maxCharacters', 'maxBodyBytes'] as const)
    requireInteger(`serve: ${name}`, limits[name]);
  requireNotNegative('serve: batchWait', limits.batchWait);
  requirePositive('serve: timeout', limits.timeout);
  requireThat('serve: timeout', limits.timeout, limits.timeout <= LONGEST, `at most ${LONGEST} seconds`);
  requireThat(
    'serve: maxTexts',
    limits.maxTexts,
    limits.maxTexts <= limits.queueSize,
    `at most the queue's size, ${limits.queueSize}`,
  );
  return limits;
}
