import { describe, expect, it } from 'vitest';
import { countWords } from '@ulmfit/data-imdb';
import { loadCorpus, loadReviews } from './data-source.js';

async function collect(documents: Iterable<string> | AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const document of documents) all.push(document);
  return all;
}

describe('loadCorpus', () => {
  it('stops the sample at the document with which the words are reached', async () => {
    const all = await collect(loadCorpus(undefined));
    const some = await collect(loadCorpus(undefined, { words: 1000 }));
    expect(some).toEqual(all.slice(0, some.length));
    const words = some.map(countWords);
    const total = words.reduce((a, b) => a + b);
    expect(total).toBeGreaterThanOrEqual(1000);
    expect(total - (words.at(-1) as number)).toBeLessThan(1000);
  });
});

describe('loadReviews', () => {
  it('gives a sample with every set', async () => {
    const reviews = await loadReviews('sample');
    const sets = new Set(reviews.map(({ split, label }) => `${split}/${label ?? 'unsup'}`));
    expect([...sets].sort()).toEqual(['test/neg', 'test/pos', 'train/neg', 'train/pos', 'train/unsup']);
  });
});
