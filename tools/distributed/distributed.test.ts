import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sampleCorpus } from '@ulmfit/data-imdb';
import { expect, it } from 'vitest';

// A share of `npm run test:distributed`.

interface JobModule {
  readonly missing: () => string | undefined;
  readonly start: (
    ranks: number,
    args: readonly string[],
    options: { cwd: string },
  ) => { readonly ended: Promise<{ code: number | null; stderr: string }> };
}
const { missing, start } = (await import(new URL('job.mjs', import.meta.url).href)) as JobModule;
const reason = missing();

it.skipIf(reason !== undefined)(
  `two ranks end with the bytes of one process${reason === undefined ? '' : ` (skipped: ${reason})`}`,
  { timeout: 120_000 },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ulmfit-ranks-'));
    try {
      writeFileSync(join(folder, 'corpus.txt'), sampleCorpus({ seed: 3, documents: 30 }).join('\n\n\n'));
      for (const ranks of [1, 2]) {
        const args = [
          'pretrain',
          '--corpus',
          'corpus.txt',
          '--preset',
          'tiny',
          '--threads',
          '1',
          '--slices',
          '2',
        ];
        const { code, stderr } = await start(ranks, [...args, '--out', `of-${ranks}`], { cwd: folder }).ended;
        expect(code, stderr).toBe(0);
      }
      const weights = (ranks: number) =>
        readFileSync(join(folder, `of-${ranks}`, 'pretrain', 'weights.safetensors'));
      expect(weights(2).equals(weights(1))).toBe(true);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
);
