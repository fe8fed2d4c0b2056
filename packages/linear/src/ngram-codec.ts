import { UlmfitError } from '@ulmfit/errors';
import { NgramTrie, ROOT } from './ngram-trie.js';
import { NgramVocabulary } from './ngram-vocabulary.js';
import type { NgramRange, NgramUnit } from './ngrams.js';
import { VarintReader, VarintWriter } from './varints.js';

/** A vocabulary in bytes. */
export interface EncodedNgrams {
  /** The symbols in UTF-8, each followed by a line feed, which no symbol has. */
  readonly symbols: Uint8Array;
  /**
   * Node by node in the order of the trie: the number of nodes that go on from it, unless it is as long as any is, and for each of those its
   * symbol as the distance from the one before and its number of texts. Some three bytes an n-gram.
   */
  readonly ngrams: Uint8Array;
}

export function encodeNgrams({ parts }: NgramVocabulary): EncodedNgrams {
  const { symbols, trie, documents, ngrams } = parts;
  const writer = new VarintWriter();
  const depths = new Uint8Array(trie.size);
  // The nodes are by length and within it by prefix, so those that go on from a node are the next ones.
  let child = 1;
  for (let node = ROOT; node < trie.size; node++) {
    if (depths[node] === ngrams[1]) break;
    let end = child;
    while (end < trie.size && trie.prefixOf(end) === node) end++;
    writer.write(end - child);
    let last = -1;
    for (; child < end; child++) {
      const symbol = trie.symbolOf(child);
      writer.write(symbol - last - 1);
      writer.write(documents[child] as number);
      depths[child] = (depths[node] as number) + 1;
      last = symbol;
    }
  }
  return {
    symbols: new TextEncoder().encode(symbols.map((symbol) => `${symbol}\n`).join('')),
    ngrams: writer.bytes(),
  };
}

/** @throws UlmfitError `BAD_LINEAR_MODEL` for bytes that {@link encodeNgrams} doesn't write */
export function decodeNgrams(
  bytes: EncodedNgrams,
  { unit, ngrams, texts }: { unit: NgramUnit; ngrams: NgramRange; texts: number },
): NgramVocabulary {
  const symbols = decodeSymbols(bytes.symbols);
  const reader = new VarintReader(bytes.ngrams);
  const trie = new NgramTrie();
  // A node takes two bytes or more, so a damaged count can't ask for more than the bytes are.
  const documents = new Int32Array(bytes.ngrams.length / 2 + 1);
  const depths = new Uint8Array(documents.length);
  for (let node = ROOT; node < trie.size; node++) {
    if (depths[node] === ngrams[1]) break;
    const count = reader.read();
    let symbol = -1;
    for (let i = 0; i < count; i++) {
      symbol += reader.read() + 1;
      const inTexts = reader.read();
      const child = trie.size;
      if (symbol >= symbols.length || inTexts > texts) throw damaged();
      trie.add(node, symbol);
      depths[child] = (depths[node] as number) + 1;
      if (inTexts > 0 && (depths[child] as number) < ngrams[0]) throw damaged();
      documents[child] = inTexts;
    }
  }
  if (!reader.isAtEnd) throw damaged();
  return new NgramVocabulary({ unit, ngrams, symbols, trie, documents: documents.slice(0, trie.size) });
}

function decodeSymbols(bytes: Uint8Array): string[] {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw damaged();
  }
  const symbols = text.split('\n');
  if (symbols.pop() !== '' || new Set(symbols).size !== symbols.length) throw damaged();
  return symbols;
}

const damaged = () =>
  new UlmfitError('BAD_LINEAR_MODEL', 'the linear model: its terms are damaged; copy the model again');
