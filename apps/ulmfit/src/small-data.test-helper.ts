import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { sampleCorpus, sampleImdb } from '@ulmfit/data-imdb';

/** A folder for a test file's own use, and what takes it away. */
export function temporaryFolder(): { folder: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'ulmfit-'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Writes invented reviews as the `aclImdb` folder has them. @returns its path */
export function writeReviews(
  folder: string,
  counts: { train: number; test: number; unsup: number } = { train: 48, test: 16, unsup: 40 },
): string {
  const root = join(folder, 'aclImdb');
  for (const { id, text } of sampleImdb({ seed: 3, ...counts })) {
    mkdirSync(dirname(join(root, id)), { recursive: true });
    writeFileSync(join(root, id), text);
  }
  return root;
}

/** Writes invented articles as one corpus file. @returns its path */
export function writeCorpus(folder: string, documents = 24): string {
  const path = join(folder, 'corpus.txt');
  writeFileSync(path, sampleCorpus({ seed: 3, documents }).join('\n\n\n'));
  return path;
}
