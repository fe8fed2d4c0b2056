import { UlmfitError } from '@ulmfit/errors';

/**
 * A request's body as JSON.
 * @throws UlmfitError `NOT_JSON`, `REQUEST_TOO_LARGE`, `BAD_REQUEST`; the signal's reason
 */
export async function readJson(request: Request, maxBytes: number, signal: AbortSignal): Promise<unknown> {
  const type = request.headers.get('content-type') ?? '';
  // A page of another site can't send this type without being asked first, which this server refuses.
  if (!/^application\/([\w.+-]+\+)?json *(;|$)/i.test(type))
    throw new UlmfitError('NOT_JSON', 'the Content-Type is not JSON; send Content-Type: application/json');
  const bytes = await readBytes(request, maxBytes, signal);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new UlmfitError('BAD_REQUEST', 'the body is not UTF-8; send JSON in UTF-8', { cause });
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new UlmfitError('BAD_REQUEST', 'the body is not JSON; send an object such as {"texts": ["…"]}', {
      cause,
    });
  }
}

async function readBytes(request: Request, maxBytes: number, signal: AbortSignal): Promise<Uint8Array> {
  const tooLarge = () =>
    new UlmfitError(
      'REQUEST_TOO_LARGE',
      `the body has more than ${maxBytes} bytes; send fewer texts at once`,
    );
  if (Number(request.headers.get('content-length')) > maxBytes) throw tooLarge();
  const reader = request.body?.getReader();
  if (!reader) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let size = 0;
  // A body that stops midway has no next piece: only to cancel it ends the wait.
  const stop = () => void reader.cancel(signal.reason).catch(() => undefined);
  signal.addEventListener('abort', stop, { once: true });
  try {
    signal.throwIfAborted();
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      signal.throwIfAborted();
      const chunk = next.value as Uint8Array;
      size += chunk.length;
      if (size > maxBytes) throw tooLarge();
      chunks.push(chunk);
    }
    signal.throwIfAborted();
  } catch (error) {
    signal.throwIfAborted();
    await reader.cancel().catch(() => undefined);
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
  }
  if (chunks.length === 1 && chunks[0]) return chunks[0];
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
