import type { StageContext } from './stage-context.js';

type OnEvent = NonNullable<StageContext['onEvent']>;

/**
 * Calls a listener, which may be asynchronous: a promise of it that rejects is thrown at the next event, or by `end`, so that
 * it goes neither unheard nor ends the process in the middle of a step.
 */
export function listener(listen: OnEvent | undefined): { onEvent: OnEvent; end(): void } {
  let failure: { readonly error: unknown } | undefined;
  const end = () => {
    const failed = failure;
    failure = undefined;
    if (failed) throw failed.error;
  };
  return {
    end,
    onEvent(event) {
      end();
      const made: unknown = listen?.(event);
      if (made instanceof Promise) made.catch((error: unknown) => void (failure ??= { error }));
    },
  };
}
