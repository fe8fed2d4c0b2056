/**
 * Yields to timers, signals and streams: tensor ops are synchronous, so a loop of them would block everything else.
 * @example
 * await yieldToEvents(); // Ctrl-C is heard
 */
export function yieldToEvents(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') return void setImmediate(resolve);
    if (typeof MessageChannel !== 'function') return void setTimeout(resolve, 0);
    // Browsers let a timer that follows timers wait for 4 ms, and of a page in the background for a second.
    const { port1, port2 } = new MessageChannel();
    // The cast: Node's types, by which this is compiled, have no such property, and browsers have.
    (port1 as { onmessage?: () => void }).onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
