import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack, type Header } from 'tar-stream';
import { onTestFinished } from 'vitest';
import { errorCode } from './gunzip-file.js';

/** A folder that is removed after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ulmfit-data-imdb-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export interface Member {
  name: string;
  content?: string | Uint8Array;
  type?: Header['type'];
  linkname?: string;
}

/** An unpacked tar archive of the members, in their order. */
export async function tar(members: readonly Member[]): Promise<Buffer> {
  const packing = pack();
  for (const { content = '', ...header } of members) packing.entry(header, content);
  packing.finalize();
  return buffer(packing as AsyncIterable<Uint8Array>);
}

export async function tarGz(members: readonly Member[]): Promise<Buffer> {
  return gzipSync(await tar(members));
}

/** The code of the error that a promise is rejected with, and its message. */
export async function failure(
  promise: Promise<unknown>,
): Promise<{ code: string | undefined; message: string }> {
  try {
    await promise;
  } catch (error) {
    return { code: errorCode(error), message: error instanceof Error ? error.message : String(error) };
  }
  throw new Error('expected a rejection');
}
