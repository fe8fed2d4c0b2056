/** The node of no symbols, from which every n-gram starts. */
export const ROOT = 0;

/** Nodes are 24-bit at most: an open-addressing table of twice that, and typed arrays beside it, still fit in memory. */
const MAX_NODES = 2 ** 28;

/**
 * N-grams as a trie: each node is an n-gram, found by the node of all but its last symbol and that symbol's number.
 * Nodes are numbered from 1 by first appearance. Held in typed arrays: a `Map` of joined strings takes ten times the memory.
 */
export class NgramTrie {
  /** The node of all but the last symbol, by node. */
  #prefixes: Int32Array;
  /** The last symbol, by node. */
  #symbols: Int32Array;
  /** Open addressing with linear probing: a node, or 0 where free. */
  #slots: Int32Array;
  #size = 1;

  constructor(capacity = 1024) {
    const slots = 2 ** Math.ceil(Math.log2(Math.max(16, capacity * 2)));
    this.#slots = new Int32Array(slots);
    this.#prefixes = new Int32Array(slots / 2);
    this.#symbols = new Int32Array(slots / 2);
  }

  /** The number of nodes, the root among them: nodes are 0 .. size - 1. */
  get size(): number {
    return this.#size;
  }

  prefixOf(node: number): number {
    return this.#prefixes[node] as number;
  }

  symbolOf(node: number): number {
    return this.#symbols[node] as number;
  }

  /** The node of a prefix and a symbol, or 0 where there is none. */
  find(prefix: number, symbol: number): number {
    return this.#slots[this.#slotOf(prefix, symbol)] as number;
  }

  /** The node of a prefix and a symbol, which is added where there is none; 0 where the trie is full. */
  add(prefix: number, symbol: number): number {
    const slot = this.#slotOf(prefix, symbol);
    const known = this.#slots[slot] as number;
    if (known !== 0) return known;
    if (this.#size >= MAX_NODES) return 0;
    const node = this.#size++;
    this.#slots[slot] = node;
    this.#prefixes[node] = prefix;
    this.#symbols[node] = symbol;
    if (this.#size * 2 >= this.#slots.length) this.#grow();
    return node;
  }

  #slotOf(prefix: number, symbol: number): number {
    const mask = this.#slots.length - 1;
    let hash = Math.imul(prefix, 0x9e3779b1) ^ Math.imul(symbol + 1, 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    let slot = (hash ^ (hash >>> 13)) & mask;
    for (;;) {
      const node = this.#slots[slot] as number;
      if (node === 0 || (this.#prefixes[node] === prefix && this.#symbols[node] === symbol)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #grow(): void {
    const grown = (array: Int32Array, length: number) => {
      const wider = new Int32Array(length);
      wider.set(array);
      return wider;
    };
    this.#slots = new Int32Array(this.#slots.length * 2);
    this.#prefixes = grown(this.#prefixes, this.#slots.length / 2);
    this.#symbols = grown(this.#symbols, this.#slots.length / 2);
    for (let node = 1; node < this.#size; node++) {
      this.#slots[this.#slotOf(this.#prefixes[node] as number, this.#symbols[node] as number)] = node;
    }
  }
}
