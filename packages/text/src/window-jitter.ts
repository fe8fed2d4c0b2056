import { requireInteger, requireNotNegative, requireShare } from '@ulmfit/errors';
import { normalValues, randomKey, randomWords, type RandomCoordinates } from '@ulmfit/kernels';

/** How the length of a language model's windows varies (AWD-LSTM, Merity et al. 2017, section 4.1; its values are those of section 5). */
export interface WindowJitter {
  /** How often the base is the whole window rather than half of it. Default 0.95. */
  wholeProbability?: number;
  /** Standard deviation of the length around its base, in tokens. Default 5. */
  deviation?: number;
  /** The shortest length drawn, in tokens; only the rest at an epoch's end is shorter. Default 5. */
  shortest?: number;
  /** By how many tokens a length may exceed the window. Default 10. */
  excess?: number;
}

const CHUNK = 512;

/** Where windows of one length begin, and the end: `0, window, 2 window, ..., length`. */
export function evenWindows(length: number, window: number): number[] {
  const starts: number[] = [];
  for (let at = 0; at < length; at += window) starts.push(at);
  return [...starts, length];
}

/**
 * Where windows of varying length begin, and the end. Base: the window (p = .95) or half of it; length:
 * `max(5, int(N(base, 5)))`, at most `window + 10`; the last one is what is left.
 * @throws UlmfitError `BAD_OPTION` for a setting out of its range.
 */
export function jitteredWindows(
  length: number,
  window: number,
  { wholeProbability = 0.95, deviation = 5, shortest = 5, excess = 10 }: WindowJitter,
  at: Omit<RandomCoordinates, 'stream' | 'call'>,
): number[] {
  requireInteger('jitter.shortest', shortest);
  requireShare('jitter.wholeProbability', wholeProbability);
  requireNotNegative('jitter.deviation', deviation);
  requireInteger('jitter.excess', excess, { from: 0 });
  const longest = Math.max(shortest, window + excess);
  const starts: number[] = [];
  for (let position = 0, chunk = 0; position < length; chunk++) {
    const words = randomWords(CHUNK, randomKey({ ...at, stream: 'window base', call: chunk }));
    const normal = normalValues(CHUNK, randomKey({ ...at, stream: 'window length', call: chunk }));
    for (let i = 0; i < CHUNK && position < length; i++) {
      starts.push(position);
      const base = (words[i] as number) / 0x100000000 < wholeProbability ? window : window / 2;
      const drawn = Math.trunc(base + deviation * (normal[i] as number));
      position += Math.min(Math.max(drawn, shortest), longest);
    }
  }
  return [...starts, length];
}
