import { sequencesOf, wordsOfNgram, type NgramRange, type NgramUnit } from './ngrams.js';
import type { TermCounts } from './term-counts.js';
import type { Terms } from './terms.js';
import { words } from './words.js';

/**
 * N-grams by a hash of them: any number of different ones in bounded memory, where some share a number.
 * Weinberger et al., "Feature hashing for large scale multitask learning" (ICML 2009), without its signs, which would cancel
 * counts.
 */
export class HashedNgrams implements Terms {
  constructor(
    readonly unit: NgramUnit,
    readonly ngrams: NgramRange,
    /** The number of buckets: a power of two. */
    readonly size: number,
  ) {}

  count(text: string, counts: TermCounts, offset: number): void {
    this.#visit(words(text), (bucket) => counts.add(offset + bucket));
  }

  visit(found: readonly string[], visit: (term: number, first: number, last: number) => void): void {
    this.#visit(found, (bucket, _, from, to, sequence) =>
      visit(bucket, ...wordsOfNgram(this.unit, sequence, from, to)),
    );
  }

  names(text: string): Map<number, string> {
    const names = new Map<number, string>();
    const glue = this.unit === 'words' ? ' ' : '';
    this.#visit(words(text), (bucket, units, from, to) => {
      const name = units.slice(from, to).join(glue);
      const other = names.get(bucket);
      if (other === undefined) names.set(bucket, name);
      else if (!other.split(' | ').includes(name)) names.set(bucket, `${other} | ${name}`);
    });
    return names;
  }

  #visit(
    found: readonly string[],
    visit: (bucket: number, units: readonly string[], from: number, to: number, sequence: number) => void,
  ): void {
    const [shortest, longest] = this.ngrams;
    for (const [sequence, units] of sequencesOf(this.unit, found).entries()) {
      const hashes = units.map(hashOf);
      for (let from = 0; from < units.length; from++) {
        let hash = 0;
        for (let to = from; to < units.length && to < from + longest; to++) {
          hash = mix(Math.imul(hash, 31) + (hashes[to] as number));
          if (to - from + 1 >= shortest) visit((hash >>> 0) & (this.size - 1), units, from, to + 1, sequence);
        }
      }
    }
  }
}

/** FNV-1a over UTF-16 code units. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}

/** MurmurHash3's last step: each bit of the input changes half of the output's. */
function mix(hash: number): number {
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
