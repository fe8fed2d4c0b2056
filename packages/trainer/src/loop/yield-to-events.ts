/**
 * Lets timers, signals and streams have their turn: tensor ops are synchronous, so a loop of them blocks all else.
 * @example
 * await yieldToEvents(); // Ctrl-C is heard
 */
export function yieldToEvents(): Promise<void> {
  return new Promise((resolve) =>
    typeof setImmediate === 'function' ? setImmediate(resolve) : setTimeout(resolve, 0),
  );
}
