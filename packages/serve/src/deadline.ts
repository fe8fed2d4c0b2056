import { UlmfitError } from '@ulmfit/errors';

/**
 * Runs `body` with a signal that ends when the client is gone or the time is over.
 * @throws UlmfitError `CLIENT_GONE`, `TIMED_OUT`, or `REQUEST_TOO_SLOW` where the request had not come whole by then; what
 *   `body` throws
 */
export async function withDeadline<R>(
  client: AbortSignal,
  seconds: number,
  body: (signal: AbortSignal, arrived: () => void) => Promise<R>,
): Promise<R> {
  const controller = new AbortController();
  let isWhole = false;
  const gone = () =>
    controller.abort(
      new UlmfitError('CLIENT_GONE', 'the client has closed the connection; nothing is to do'),
    );
  const late = () =>
    controller.abort(
      isWhole
        ? new UlmfitError(
            'TIMED_OUT',
            `not done within ${seconds} seconds; send fewer or shorter texts at once`,
          )
        : new UlmfitError(
            'REQUEST_TOO_SLOW',
            `the request had not come whole within ${seconds} seconds; send it faster`,
          ),
    );
  const timer = setTimeout(late, seconds * 1000);
  client.addEventListener('abort', gone, { once: true });
  try {
    if (client.aborted) gone();
    return await body(controller.signal, () => (isWhole = true));
  } finally {
    clearTimeout(timer);
    client.removeEventListener('abort', gone);
  }
}
