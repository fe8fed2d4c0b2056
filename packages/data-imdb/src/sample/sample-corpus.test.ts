import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../archive.test-helper.js';
import { readCorpus } from '@ulmfit/data-files';
import { wordsOf } from './bag-of-words.test-helper.js';
import { sampleCorpus } from './sample-corpus.js';
import { sampleImdb } from './sample-imdb.js';

describe('sampleCorpus', () => {
  it('writes articles that readCorpus reads back', async () => {
    const documents = sampleCorpus({ seed: 1, documents: 50 });
    for (const document of documents) expect(document).toMatch(/^[^\n]+\n\n[^\n]+(\n[^\n]+)+$/);
    const path = join(await temporaryFolder(), 'corpus.txt');
    await writeFile(path, `${documents.join('\n\n\n')}\n`);
    const read: string[] = [];
    for await (const document of readCorpus(path)) read.push(document);
    expect(read).toEqual(documents);
  });

  it('writes this for seed 1, on every machine', () => {
    expect(sampleCorpus({ seed: 1, documents: 1 })).toMatchInlineSnapshot(`
      [
        "Quarry Hill (1861)

      The Treaty of Quarry Hill was signed by Ostravia and Belmark in March 1861.
      Course.
      The price of timber rose, and the farmers of Quarry Hill left the town. The king of Ostravia sent a key to the king of Belmark. The sailors of Marrowgate came from the east and waited for two days. Historians disagree about what happened at the bridge. It lasted twelve weeks and ended in August. On the first day the money disappears.",
      ]
    `);
  });

  it('writes each article afresh, begins with the ones there were, and changes with the seed', () => {
    const documents = sampleCorpus({ seed: 2, documents: 1000 });
    expect(new Set(documents).size).toBe(1000);
    expect(documents.filter((text) => /[{}]|a\/n|undefined/.test(text))).toEqual([]);
    expect(sampleCorpus({ seed: 2, documents: 10 })).toEqual(documents.slice(0, 10));
    expect(sampleCorpus({ seed: 3, documents: 10 })).not.toEqual(documents.slice(0, 10));
  });

  it('shares a part of its words with the reviews', () => {
    const articles = wordsOf(sampleCorpus({ seed: 4, documents: 1000 }).join(' '));
    const reviews = wordsOf(
      sampleImdb({ seed: 4, unsup: 1000 })
        .map((review) => review.text)
        .join(' '),
    );
    const shared = [...reviews].filter((word) => articles.has(word)).length / reviews.size;
    expect(shared).toBeGreaterThan(0.5);
    expect(shared).toBeLessThan(0.95);
  });

  it('refuses what is no count', () => {
    expect(() => sampleCorpus({ seed: 1, documents: -1 })).toThrow(
      /^documents is -1; it must be an integer from 0/,
    );
  });
});
