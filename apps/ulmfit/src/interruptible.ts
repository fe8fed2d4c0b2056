import { Interruption, type StopSignal } from './exit-code.js';

/**
 * Gives `body` a signal that Ctrl-C and SIGTERM abort: the step ends, the state is saved where there is one. A second
 * Ctrl-C ends the process at once.
 * @param left what is left of the work then and how to go on, for the message
 * @param say tells the user what happens, above a running bar where there is one
 * @throws Interruption when `body` ended because of it
 */
export async function interruptible<R>(
  left: string,
  body: (signal: AbortSignal) => Promise<R>,
  say: (line: string) => void = (line) => void process.stderr.write(`\n${line}\n`),
  signals: readonly StopSignal[] = ['SIGINT', 'SIGTERM'],
): Promise<R> {
  const controller = new AbortController();
  let received: StopSignal | undefined;
  const stop = (signal: StopSignal) => () => {
    if (received !== undefined) {
      // As the system would end it: `process.exit` waits for reads, which may hang.
      listen('off');
      process.kill(process.pid, signal);
      return;
    }
    received = signal;
    say('Stopping after this step; again to stop at once.');
    controller.abort(new DOMException('interrupted', 'AbortError'));
  };
  const handlers = signals.map((signal) => [signal, stop(signal)] as const);
  const listen = (how: 'on' | 'off') => {
    for (const [signal, handler] of handlers) process[how](signal, handler);
  };
  listen('on');
  try {
    return await body(controller.signal);
  } catch (error) {
    const ended = error instanceof Error && (error.name === 'Interrupted' || error.name === 'AbortError');
    // Of several ranks, another one may have been told.
    const told = received ?? (signals.includes('SIGUSR1') ? 'SIGUSR1' : undefined);
    if (told !== undefined && ended) throw new Interruption(told, `Interrupted; ${left}`);
    throw error;
  } finally {
    listen('off');
  }
}
