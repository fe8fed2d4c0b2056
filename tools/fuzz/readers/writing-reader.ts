import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FuzzedReader } from '../reader.js';

/** A reader of paths: each input becomes a file alone in a folder, and must stay so. */
export function writingReader(
  file: string,
  read: (path: string) => unknown,
  rest: Omit<FuzzedReader, 'read' | 'dispose'>,
): FuzzedReader {
  const folder = mkdtempSync(join(tmpdir(), 'ulmfit-fuzz-'));
  const path = join(folder, file);
  return {
    ...rest,
    async read(bytes) {
      writeFileSync(path, bytes);
      try {
        await read(path);
      } finally {
        const names = readdirSync(folder);
        if (names.length !== 1) throw new Error(`reading has made ${names.join(', ')}`);
      }
    },
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  };
}
