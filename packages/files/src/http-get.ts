import { get as getHttp, type IncomingMessage } from 'node:http';
import { get as getHttps } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { UlmfitError } from '@ulmfit/errors';

const MAXIMUM_REDIRECTS = 5;

export interface HttpGetOptions {
  headers: Record<string, string>;
  signal: AbortSignal | undefined;
  /** Milliseconds without a byte after which the connection is given up. */
  timeout: number;
}

/**
 * A GET that follows redirects. Not `fetch`: servers mark a `.tar.gz` as gzip-encoded content, which `fetch` unpacks, and then
 * neither length nor checksum nor byte ranges are those of the file.
 */
export async function httpGet(url: string, options: HttpGetOptions, redirects = 0): Promise<IncomingMessage> {
  const response = await request(new URL(url), options);
  const { statusCode = 0, headers } = response;
  if (statusCode < 300 || statusCode >= 400 || headers.location === undefined) return response;
  response.resume();
  if (redirects === MAXIMUM_REDIRECTS) {
    throw new UlmfitError(
      'DOWNLOAD_REFUSED',
      `${url}: redirects more than ${MAXIMUM_REDIRECTS} times; check the address`,
    );
  }
  return httpGet(new URL(headers.location, url).href, options, redirects + 1);
}

function request(url: URL, { headers, signal, timeout }: HttpGetOptions): Promise<IncomingMessage> {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new UlmfitError('BAD_URL', `${url.href}: is neither http nor https; give such an address`);
  }
  const get = url.protocol === 'https:' ? getHttps : getHttp;
  return new Promise((resolve, reject) => {
    // `agent: false`: a kept connection would hold the process, and the next attempt wants a fresh one.
    const sent = get(url, { headers, agent: false, ...(signal && { signal }) }, resolve);
    sent.setTimeout(timeout, () => sent.destroy(new Error(`no data for ${timeout / 1000} s`)));
    sent.on('error', reject);
  });
}

/** The time a server asks to be left alone for, in milliseconds: `Retry-After` in seconds or as a date. */
export function retryAfter(response: IncomingMessage): number | undefined {
  const value = response.headers['retry-after'];
  if (value === undefined) return undefined;
  const milliseconds = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(milliseconds) ? Math.max(0, milliseconds) : undefined;
}

/** Waits, or rejects with the signal's reason. */
export async function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(milliseconds, undefined, signal && { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}
