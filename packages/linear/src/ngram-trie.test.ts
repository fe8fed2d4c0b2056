import { expect, it } from 'vitest';
import { NgramTrie, ROOT } from './ngram-trie.js';

it('finds each n-gram by its prefix and symbol, however far it grows', () => {
  const trie = new NgramTrie(1);
  const known = new Map<string, number>();
  for (let i = 0; i < 1000; i++) {
    const prefix = i % 3 === 0 ? ROOT : (i * 7) % trie.size;
    const symbol = (i * 31) % 97;
    const node = trie.add(prefix, symbol);
    const key = `${prefix} ${symbol}`;
    expect(node).toBe(known.get(key) ?? known.size + 1);
    known.set(key, node);
  }
  expect(trie.size).toBe(known.size + 1);
  for (const [key, node] of known) {
    const [prefix, symbol] = key.split(' ').map(Number) as [number, number];
    expect([trie.find(prefix, symbol), trie.prefixOf(node), trie.symbolOf(node)]).toEqual([
      node,
      prefix,
      symbol,
    ]);
  }
  expect(trie.find(ROOT, 98)).toBe(0);
});
