import { describe, expect, it } from 'vitest';
import { emptyHash, hashStep, WordCache } from './word-cache.js';

const hashOf = (word: string) =>
  word.split('').reduce((hash, unit) => hashStep(hash, unit.charCodeAt(0)), emptyHash);

describe('WordCache', () => {
  it('finds a word within a text', () => {
    const cache = new WordCache<number>(16);
    expect(cache.get('a word here', 2, 6, hashOf('word'))).toBeUndefined();
    cache.set('word', hashOf('word'), 7);
    expect(cache.get('a word here', 2, 6, hashOf('word'))).toBe(7);
    expect(cache.get('a worm here', 2, 6, hashOf('word'))).toBeUndefined();
    expect(cache.get('a word here', 2, 5, hashOf('word'))).toBeUndefined();
  });

  it('keeps the two words of one hash that were used last', () => {
    const cache = new WordCache<string>(16);
    const get = (word: string) => cache.get(word, 0, word.length, 5);
    cache.set('a', 5, 'A');
    cache.set('b', 5, 'B');
    expect(get('a')).toBe('A');
    cache.set('c', 5, 'C');
    expect([get('a'), get('b'), get('c')]).toEqual(['A', undefined, 'C']);
  });

  it('is bounded', () => {
    const cache = new WordCache<number>(8);
    const words = Array.from({ length: 1000 }, (_, n) => `word${n}`);
    words.forEach((word, n) => cache.set(word, hashOf(word), n));
    const kept = words.filter((word) => cache.get(word, 0, word.length, hashOf(word)) !== undefined);
    expect(kept.length).toBeLessThanOrEqual(8);
    expect(kept.length).toBeGreaterThan(0);
  });
});
