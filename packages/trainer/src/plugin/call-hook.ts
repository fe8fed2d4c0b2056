import { UlmfitError } from '@ulmfit/errors';
import { isPromise } from './is-promise.js';

/** What hooks are called for: the plugin's name, and that of the hook. */
export interface HookPlace {
  readonly plugin: string;
  readonly hook: string;
}

/**
 * Calls a hook that must be synchronous.
 * @throws UlmfitError `ASYNC_HOOK` where it gives a promise, or what it throws, with the plugin and the hook in front
 */
export function callHook<R>(place: HookPlace, call: () => R): R {
  let given: R;
  try {
    given = call();
  } catch (error) {
    throw placed(error, place);
  }
  if (!isPromise(given)) return given;
  // Else one that rejects would end the process.
  given.then(undefined, () => undefined);
  throw new UlmfitError(
    'ASYNC_HOOK',
    `${place.plugin}: ${place.hook} gives a promise, for which no step waits; make it synchronous, or use a hook between steps`,
  );
}

/** Calls a hook that may wait for something. @throws what it throws, with the plugin and the hook in front */
export async function callAsyncHook(place: HookPlace, call: () => unknown): Promise<void> {
  try {
    await call();
  } catch (error) {
    throw placed(error, place);
  }
}

/** Stays the same error, which may have a code and a stack: only the message says more. */
function placed(error: unknown, { plugin, hook }: HookPlace): unknown {
  if (!(error instanceof Error)) {
    return new UlmfitError('BAD_PLUGINS', `${plugin}: ${hook} threw ${String(error)}; throw an Error`);
  }
  const isAbort = error.name === 'AbortError' || error.name === 'TimeoutError';
  if (isAbort || error.message.startsWith(plugin)) return error;
  try {
    error.message = `${plugin}: ${hook}: ${error.message}`;
  } catch {
    // A message that can't be changed is better than none.
  }
  return error;
}
