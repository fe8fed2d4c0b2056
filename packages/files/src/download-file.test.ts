import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { downloadFile, type DownloadFileOptions } from './download-file.js';
import { failure } from './failure.test-helper.js';
import { temporaryFolder } from './temporary-folder.test-helper.js';

const CONTENT = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * i) % 251));
const MD5 = createHash('md5').update(CONTENT).digest('hex');
const NAME = 'archive.tar.gz';

type Handler = (response: ServerResponse, request: IncomingMessage) => void;

/** A server on this machine that answers the n-th request by the n-th handler, and the later ones by the last. */
async function serve(...handlers: Handler[]) {
  const requests: { range: string | undefined; path: string | undefined }[] = [];
  const server = createServer((request, response) => {
    requests.push({ range: request.headers.range, path: request.url });
    handlers[Math.min(requests.length, handlers.length) - 1]?.(response, request);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { url: `http://127.0.0.1:${address.port}/archive.tar.gz`, requests };
}

/** Sends what is asked for, and cuts the connection after so many bytes. */
function file({ cutAfter = Infinity, ignoreRange = false, content = CONTENT, encoding = '' } = {}): Handler {
  return (response, request) => {
    const asked = ignoreRange ? undefined : /^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1];
    const start = Number(asked ?? 0);
    if (start >= content.length) {
      response.writeHead(416, { 'content-range': `bytes */${content.length}` }).end();
      return;
    }
    const body = content.subarray(start);
    response.writeHead(asked === undefined ? 200 : 206, {
      'content-length': body.length,
      ...(asked !== undefined && {
        'content-range': `bytes ${start}-${content.length - 1}/${content.length}`,
      }),
      ...(encoding && { 'content-encoding': encoding }),
    });
    if (cutAfter >= body.length) response.end(body);
    else response.write(body.subarray(0, cutAfter), () => setTimeout(() => response.destroy(), 100));
  };
}

const status =
  (code: number, headers: Record<string, string> = {}): Handler =>
  (response) =>
    response.writeHead(code, headers).end('sorry');

async function download(url: string, options: Partial<DownloadFileOptions> & { folder?: string } = {}) {
  const { folder = join(temporaryFolder(), 'deep', 'cache'), ...rest } = options;
  const path = join(folder, NAME);
  const checksum = { algorithm: 'md5', digest: MD5 } as const;
  return { folder, result: downloadFile({ retryDelay: 1, checksum, url, path, ...rest }) };
}

async function expectWhole(folder: string, result: Promise<void>) {
  await result;
  expect(await readdir(folder)).toEqual([NAME]);
  expect((await readFile(join(folder, NAME))).equals(CONTENT)).toBe(true);
}

describe('downloadFile', () => {
  it('downloads once, and then finds the file in the cache', async () => {
    const { url, requests } = await serve(file());
    const seen: number[] = [];
    const { folder, result } = await download(url, {
      onProgress: ({ bytes, totalBytes }) => seen.push(bytes, totalBytes ?? 0),
    });
    await expectWhole(folder, result);
    expect(seen.slice(-2)).toEqual([CONTENT.length, CONTENT.length]);
    const again = await download(url, { folder });
    await expectWhole(folder, again.result);
    expect(requests).toHaveLength(1);
  });

  it('resumes a connection that is cut, more often than it would retry without progress', async () => {
    const { url, requests } = await serve(file({ cutAfter: 40_000 }));
    const { folder, result } = await download(url, { attempts: 2 });
    await expectWhole(folder, result);
    expect(requests.length).toBeGreaterThanOrEqual(7);
    expect(requests[0]?.range).toBeUndefined();
    expect(requests.slice(1).every(({ range }) => /^bytes=[1-9]\d*-$/.test(range ?? ''))).toBe(true);
  });

  it('starts over where the server ignores ranges', async () => {
    const { url } = await serve(file({ cutAfter: 100_000 }), file({ ignoreRange: true }));
    const { folder, result } = await download(url);
    await expectWhole(folder, result);
  });

  it('goes on from the part of an earlier call', async () => {
    const { url, requests } = await serve(file());
    const folder = temporaryFolder();
    await writeFile(join(folder, `${NAME}.part`), CONTENT.subarray(0, 1234));
    const { result } = await download(url, { folder });
    await expectWhole(folder, result);
    expect(requests.map(({ range }) => range)).toEqual(['bytes=1234-']);
  });

  it.each([
    ['complete', CONTENT, 1],
    ['too long', Buffer.concat([CONTENT, Buffer.from('more')]), 2],
    ['of another file', Buffer.alloc(1000), 2],
  ])('copes with a part that is %s', async (_, part, requestCount) => {
    const { url, requests } = await serve(file());
    const folder = temporaryFolder();
    await writeFile(join(folder, `${NAME}.part`), part);
    const { result } = await download(url, { folder });
    await expectWhole(folder, result);
    expect(requests).toHaveLength(requestCount);
  });

  it('lets a second download wait for the first', async () => {
    const { url, requests } = await serve(file());
    const folder = temporaryFolder();
    const both = await Promise.all([download(url, { folder }), download(url, { folder })]);
    for (const { result } of both) await expectWhole(folder, result);
    expect(requests).toHaveLength(1);
  });

  it('takes over from a process that was killed', async () => {
    const { url } = await serve(file());
    const folder = temporaryFolder();
    await writeFile(join(folder, `${NAME}.lock`), '{"pid":');
    const { result } = await download(url, { folder });
    await expectWhole(folder, result);
  });

  it('replaces a cached file that is damaged', async () => {
    const { url } = await serve(file());
    const folder = temporaryFolder();
    await writeFile(join(folder, NAME), CONTENT.subarray(1));
    const { result } = await download(url, { folder });
    await expectWhole(folder, result);
  });

  it('waits out a busy server and a silent one', async () => {
    const silent: Handler = () => {};
    const { url, requests } = await serve(status(503), status(429, { 'retry-after': '0' }), silent, file());
    const { folder, result } = await download(url, { timeout: 300 });
    await expectWhole(folder, result);
    expect(requests.length).toBeGreaterThanOrEqual(4);
  });

  it('follows redirects, and takes the bytes as they are when they are marked as encoded', async () => {
    const { url, requests } = await serve(
      status(302, { location: '/elsewhere' }),
      file({ encoding: 'gzip' }),
    );
    const { folder, result } = await download(url);
    await expectWhole(folder, result);
    expect(requests.map(({ path }) => path)).toEqual(['/archive.tar.gz', '/elsewhere']);
  });

  it('keeps what has arrived when it is aborted', async () => {
    const { url } = await serve(file({ cutAfter: 100_000 }), () => {}, file());
    const controller = new AbortController();
    const reason = new Error('enough');
    const { folder, result } = await download(url, {
      signal: controller.signal,
      onProgress: ({ bytes }) => bytes === 100_000 && setTimeout(() => controller.abort(reason), 200),
    });
    await expect(result).rejects.toBe(reason);
    expect(await readdir(folder)).toEqual([`${NAME}.part`]);
    const again = await download(url, { folder });
    await expectWhole(folder, again.result);
  });

  it('checks by SHA-256 as well', async () => {
    const { url } = await serve(file());
    const digest = createHash('sha256').update(CONTENT).digest('hex');
    const { folder, result } = await download(url, { checksum: { algorithm: 'sha256', digest } });
    await expectWhole(folder, result);
  });
});

describe('downloadFile refuses', () => {
  it('a file with the wrong checksum, and leaves nothing behind', async () => {
    const { url } = await serve(file({ content: CONTENT.subarray(1) }));
    const { folder, result } = await download(url);
    const { code, message } = await failure(result);
    expect(code).toBe('BAD_CHECKSUM');
    expect(message).toContain(`expected ${MD5}`);
    expect(await readdir(folder)).toEqual([]);
  });

  it('an address that is not there, at once', async () => {
    const { url, requests } = await serve(status(404));
    const { code, message } = await failure((await download(url)).result);
    expect(code).toBe('DOWNLOAD_REFUSED');
    expect(message).toContain('answers 404 Not Found');
    expect(requests).toHaveLength(1);
  });

  it('to try for ever', async () => {
    const { url, requests } = await serve(status(500));
    const { code, message } = await failure((await download(url, { attempts: 3 })).result);
    expect(code).toBe('DOWNLOAD_FAILED');
    expect(message).toMatch(/answers 500 .* after 3 attempts; check the network/);
    expect(requests).toHaveLength(3);
  });

  it('a server that does not answer', async () => {
    const { code } = await failure((await download('http://127.0.0.1:9/x', { attempts: 2 })).result);
    expect(code).toBe('DOWNLOAD_FAILED');
  });

  it('endless redirects', async () => {
    const { url } = await serve(status(302, { location: '/again' }));
    expect(await failure((await download(url)).result)).toMatchObject({ code: 'DOWNLOAD_REFUSED' });
  });

  it.each(['not an address', 'ftp://127.0.0.1/x'])('the address %j', async (url) => {
    expect(await failure((await download(url)).result)).toMatchObject({ code: 'BAD_URL' });
  });

  it('a cache that can not be written', async () => {
    const { url } = await serve(file());
    const folder = temporaryFolder();
    await writeFile(join(folder, 'file'), '');
    const { result } = await download(url, { folder: join(folder, 'file', 'cache') });
    expect(await failure(result)).toMatchObject({ code: 'CACHE_NOT_WRITABLE' });
  });
});
