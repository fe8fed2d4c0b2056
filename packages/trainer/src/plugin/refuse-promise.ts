import { UlmfitError } from '@ulmfit/errors';

/**
 * Hands on what a hook within a step gave back, unless that is a promise: nobody would wait for it, and its error would be
 * nobody's. The types let none through; plain JavaScript does.
 * @throws UlmfitError `ASYNC_HOOK`
 */
export function refusePromise<T>(plugin: string, hook: string, made: T): T {
  if (!(made instanceof Promise)) return made;
  made.catch(() => undefined); // One error is enough.
  throw new UlmfitError(
    'ASYNC_HOOK',
    `${plugin}: ${hook} gave back a promise, for which no step waits; make it synchronous, or use a hook between steps`,
  );
}
