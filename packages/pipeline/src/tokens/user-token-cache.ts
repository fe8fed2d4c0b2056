import type { StageContext } from '../stage-context.js';
import { TokenCache } from './token-cache.js';

/** The cache in the user's folder, where it is wanted; `ULMFIT_TOKEN_CACHE=0` says no for all. */
export function userTokenCache(isWanted = true, onEvent?: StageContext['onEvent']): TokenCache | undefined {
  if (!isWanted || process.env['ULMFIT_TOKEN_CACHE'] === '0') return undefined;
  return new TokenCache({ onProblem: (message) => onEvent?.({ type: 'warning', message }) });
}
