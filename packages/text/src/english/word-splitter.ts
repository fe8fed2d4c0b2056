import { prefixLength, suffixLength } from './affixes.js';
import type { Exceptions } from './exceptions.js';
import { splitInfixes } from './infixes.js';
import { isWebAddress } from './web-address.js';

/**
 * Splits a word (what stands between white space): takes prefixes and suffixes off until nothing is left of them or an
 * exception appears, then splits the rest at its infixes unless it is a web address. Linear in the word's length.
 */
export class WordSplitter {
  readonly #exceptions: Exceptions;
  /** Which hashes of length, first and last code unit some exception has: rules most words out without a look-up. */
  readonly #shapes = new Uint8Array(0x1000);
  readonly #longestException: number;

  constructor(exceptions: Exceptions) {
    this.#exceptions = exceptions;
    for (const word of exceptions.keys()) this.#shapes[shapeOf(word, 0, word.length)] = 1;
    this.#longestException = Math.max(0, ...[...exceptions.keys()].map((word) => word.length));
  }

  split(word: string): string[] {
    const tokens: string[] = [];
    const suffixes: string[] = [];
    let start = 0;
    let end = word.length;
    let exception = this.#exception(word, start, end);
    while (start < end && exception === undefined) {
      const prefix = prefixLength(word, start, end);
      if (prefix > 0) {
        exception = this.#exception(word, start + prefix, end);
        if (exception !== undefined) {
          tokens.push(word.slice(start, start + prefix));
          break;
        }
      }
      const suffix = suffixLength(word, start + prefix, end);
      if (suffix > 0) {
        exception = this.#exception(word, start, end - suffix);
        if (exception !== undefined) {
          suffixes.push(word.slice(end - suffix, end));
          break;
        }
      }
      if (prefix === 0 && suffix === 0) break;
      if (prefix > 0) tokens.push(word.slice(start, start + prefix));
      if (suffix > 0) suffixes.push(word.slice(end - suffix, end));
      start += prefix;
      end -= suffix;
      exception = this.#exception(word, start, end);
    }
    if (exception !== undefined) {
      tokens.push(...exception);
    } else if (start < end) {
      const rest = start === 0 && end === word.length ? word : word.slice(start, end);
      if (isWebAddress(rest)) tokens.push(rest);
      else for (const token of splitInfixes(rest)) tokens.push(token);
    }
    for (let index = suffixes.length - 1; index >= 0; index--) tokens.push(suffixes[index] as string);
    return tokens;
  }

  #exception(word: string, start: number, end: number): readonly string[] | undefined {
    if (start >= end || end - start > this.#longestException) return undefined;
    if (this.#shapes[shapeOf(word, start, end)] === 0) return undefined;
    return this.#exceptions.get(word.slice(start, end));
  }
}

function shapeOf(word: string, start: number, end: number): number {
  return (word.charCodeAt(start) * 31 + word.charCodeAt(end - 1) * 257 + (end - start)) & 0xfff;
}
