import { Interruption } from './exit-code.js';

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
): Promise<R> {
  const controller = new AbortController();
  let received: 'SIGINT' | 'SIGTERM' | undefined;
  const stop = (signal: 'SIGINT' | 'SIGTERM') => () => {
    if (received !== undefined) {
      // As the system would end it: `process.exit` waits for reads, which may hang.
      process.off('SIGINT', handlers.SIGINT).off('SIGTERM', handlers.SIGTERM);
      process.kill(process.pid, signal);
      return;
    }
    received = signal;
    say('Ending after this step; once more to end at once.');
    controller.abort(new DOMException('interrupted', 'AbortError'));
  };
  const handlers = { SIGINT: stop('SIGINT'), SIGTERM: stop('SIGTERM') };
  process.on('SIGINT', handlers.SIGINT).on('SIGTERM', handlers.SIGTERM);
  try {
    return await body(controller.signal);
  } catch (error) {
    const ended = error instanceof Error && (error.name === 'Interrupted' || error.name === 'AbortError');
    if (received !== undefined && ended) {
      throw new Interruption(received, `Interrupted; ${left}`);
    }
    throw error;
  } finally {
    process.off('SIGINT', handlers.SIGINT).off('SIGTERM', handlers.SIGTERM);
  }
}
