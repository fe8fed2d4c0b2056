import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { failure } from './failure.test-helper.js';
import { gunzipFile, type GunzipOptions } from './gunzip-file.js';
import { temporaryFolder } from './temporary-folder.test-helper.js';

async function gunzip(content: Uint8Array, options?: GunzipOptions): Promise<Buffer> {
  const path = join(temporaryFolder(), 'x.gz');
  await writeFile(path, content);
  const pieces: Buffer[] = [];
  for await (const piece of gunzipFile(path, options)) pieces.push(piece);
  return Buffer.concat(pieces);
}

const CONTENT = Buffer.from(Array.from({ length: 100_000 }, (_, i) => `${i % 977} `).join(''));

describe('gunzipFile', () => {
  it('gives what was packed, also by several calls of gzip, and tells how far it is', async () => {
    const packed = gzipSync(CONTENT);
    const seen: number[] = [];
    expect((await gunzip(packed, { onBytes: (bytes) => seen.push(bytes) })).equals(CONTENT)).toBe(true);
    expect(seen.at(-1)).toBe(packed.length);
    expect(await gunzip(Buffer.concat([packed, packed]))).toHaveLength(2 * CONTENT.length);
  });

  it('refuses what is no gzip file, cut short or damaged, and tells nobody to delete it', async () => {
    const packed = gzipSync(CONTENT);
    const damaged = Buffer.from(packed);
    damaged.fill(0xff, 100, 120);
    for (const [content, code] of [
      [Buffer.from('plain text'), 'NOT_GZIP'],
      [Buffer.of(0x1f), 'NOT_GZIP'],
      [packed.subarray(0, -20), 'TRUNCATED_GZIP'],
      [damaged, 'CORRUPT_GZIP'],
    ] as const) {
      const found = await failure(gunzip(content));
      expect(found.code).toBe(code);
      expect(found.message).toMatch(/x\.gz: /);
      expect(found.message).not.toMatch(/delete|download/);
    }
  });

  it('stops at a bomb, and lets highly packed small files through', async () => {
    const zeros = (bytes: number) => gzipSync(Buffer.alloc(bytes));
    expect(await gunzip(zeros(1_000_000))).toHaveLength(1_000_000);
    expect(await failure(gunzip(zeros(20_000_000)))).toMatchObject({ code: 'GZIP_BOMB' });
  });

  it('stops when it is told to', async () => {
    const reason = new Error('enough');
    await expect(gunzip(gzipSync(CONTENT), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});
