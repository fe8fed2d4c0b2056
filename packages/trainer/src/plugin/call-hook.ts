import { UlmfitError } from '@ulmfit/errors';
import { isPromise } from './is-promise.js';

/** As far as a call needs to know a plugin. */
interface Named {
  readonly name: string;
}

/**
 * Calls a plugin's hook that must be synchronous, as its method.
 * @param hook its name, for messages
 * @throws UlmfitError `ASYNC_HOOK` where it gives a promise; or what it throws, with the plugin and the hook in front
 */
export function callHook<Args extends unknown[], R>(
  plugin: Named,
  hook: string,
  method: (...args: Args) => R,
  ...args: Args
): R {
  let given: R;
  try {
    given = method.apply(plugin, args);
  } catch (error) {
    throw placed(error, plugin.name, hook);
  }
  if (!isPromise(given)) return given;
  // Else one that rejects would end the process.
  given.then(undefined, () => undefined);
  throw new UlmfitError(
    'ASYNC_HOOK',
    `${plugin.name}: ${hook} returns a promise, which no step awaits; make it synchronous, or use a hook between steps`,
  );
}

/** Calls a plugin's hook that may wait, as its method. @throws what it throws, with the plugin and the hook in front */
export async function callWaitingHook<Args extends unknown[]>(
  plugin: Named,
  hook: string,
  method: (...args: Args) => unknown,
  ...args: Args
): Promise<void> {
  try {
    await method.apply(plugin, args);
  } catch (error) {
    throw placed(error, plugin.name, hook);
  }
}

/** Stays the same error, which may have a code and a stack: only the message says more. */
function placed(error: unknown, plugin: string, hook: string): unknown {
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
