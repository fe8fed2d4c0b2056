import type { RandomKey } from './random-key.js';

// Philox 4x32-10: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3" (SC 2011), table 2.
const M0 = 0xd2511f53;
const M1 = 0xcd9e8d57;
const W0 = 0x9e3779b9;
const W1 = 0xbb67ae85;
const ROUNDS = 10;

/** The high 32 bits of a 32 x 32 bit product, by 16-bit halves (all partial sums stay below 2^53). */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const carry = (middle & 0xffff) + aLow * bHigh;
  return (aHigh * bHigh + Math.floor(middle / 0x10000) + Math.floor(carry / 0x10000)) >>> 0;
}

/**
 * One block of four words: Philox 4x32-10 of a counter and a key.
 * @example
 * philox([0, 0, 0, 0], [0, 0]); // [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]
 */
export function philox(
  counter: readonly [number, number, number, number],
  key: readonly [number, number],
): [number, number, number, number] {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = multiplyHigh(M0, c0);
    const high1 = multiplyHigh(M1, c2);
    const low0 = Math.imul(M0, c0);
    const low1 = Math.imul(M1, c2);
    c0 = (high1 ^ c1 ^ k0) >>> 0;
    c1 = low1 >>> 0;
    c2 = (high0 ^ c3 ^ k1) >>> 0;
    c3 = low0 >>> 0;
    k0 = (k0 + W0) >>> 0;
    k1 = (k1 + W1) >>> 0;
  }
  return [c0, c1, c2, c3];
}

/**
 * The first `length` words of a draw, each uniform over 0 .. 2^32 - 1.
 * @example
 * randomWords(3, randomKey({ seed: 1, stream: 'words' })).length; // 3
 */
export function randomWords(length: number, { key, counter }: RandomKey): Uint32Array {
  const words = new Uint32Array(length);
  const [c1, c2, c3] = counter;
  for (let i = 0, block = 0; i < length; i += 4, block++) {
    const four = philox([block, c1, c2, c3], key);
    words[i] = four[0];
    if (i + 1 < length) words[i + 1] = four[1];
    if (i + 2 < length) words[i + 2] = four[2];
    if (i + 3 < length) words[i + 3] = four[3];
  }
  return words;
}
