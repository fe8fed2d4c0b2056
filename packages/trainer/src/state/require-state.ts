import { showName, UlmfitError } from '@ulmfit/errors';
import type { StateDict } from './stateful.js';

/**
 * Checks that a saved state has exactly these entries: the first line of a `loadStateDict`.
 * @param owner whose state it is, for the message
 * @param keys of its JSON
 * @param names of its tensors; none by default
 * @throws UlmfitError `STATE_MISMATCH` on what is missing or unknown
 * @example
 * let best = Infinity;
 * const smallestLoss: TrainingPlugin = {
 *   name: 'smallestLoss',
 *   afterEpoch: (ctx) => void (best = Math.min(best, ctx.validation?.['loss'] ?? Infinity)),
 *   stateDict: () => ({ json: { best }, tensors: {} }),
 *   loadStateDict(state) {
 *     requireState('smallestLoss', state, ['best']);
 *     best = Number((state.json as { best: number }).best);
 *   },
 * };
 */
export function requireState(
  owner: string,
  { json, tensors }: StateDict<unknown>,
  keys: readonly string[],
  names: readonly string[] = [],
): void {
  const has = (found: readonly string[], wanted: readonly string[]) => {
    const lost = wanted.find((name) => !found.includes(name));
    if (lost !== undefined)
      throw new UlmfitError('STATE_MISMATCH', `${owner}: the state has no ${showName(lost)}`);
    const stranger = found.find((name) => !wanted.includes(name));
    if (stranger === undefined) return;
    throw new UlmfitError('STATE_MISMATCH', `${owner}: the state has an unknown entry ${showName(stranger)}`);
  };
  has(Object.keys(json ?? {}), keys);
  has(Object.keys(tensors), names);
}
