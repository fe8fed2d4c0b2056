import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { buildVocabulary, countTokens } from './build-vocabulary.js';
import { TokenCorpus } from './token-corpus.js';
import { TokenCorpusBuilder } from './token-corpus-builder.js';

const documentsOf = (corpus: TokenCorpus) =>
  Array.from({ length: corpus.length }, (_, i) => [...corpus.document(i)]);

describe('TokenCorpus', () => {
  it('gives back the documents that were packed', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.nat(59_999), { maxLength: 300 }), { maxLength: 30 }), (documents) => {
        const corpus = TokenCorpus.fromDocuments(documents);
        expect(documentsOf(corpus)).toEqual(documents);
        expect(corpus.length).toBe(documents.length);
        expect(corpus.tokens).toBe(documents.flat().length);
      }),
      { seed: 1 },
    );
  });

  it('takes a subset in the given order, of the same ids', () => {
    const corpus = TokenCorpus.fromDocuments([[1], [2, 2], [], [4, 4, 4]]);
    const subset = corpus.subset([3, 2, 0]);
    expect(documentsOf(subset)).toEqual([[4, 4, 4], [], [1]]);
    expect(subset.tokens).toBe(4);
    expect(subset.document(0).buffer).toBe(corpus.document(0).buffer);
    expect(documentsOf(subset.subset([1, 0]))).toEqual([[], [4, 4, 4]]);
  });

  it('names the document that is missing', () => {
    const corpus = TokenCorpus.fromDocuments([[1], [2]]);
    for (const read of [
      () => corpus.document(2),
      () => corpus.documentLength(2),
      () => corpus.subset([0, 2]),
    ]) {
      expect(read).toThrow('document 2: the corpus has 2 documents');
    }
  });

  it('refuses offsets that do not fit the ids', () => {
    const ids = Int32Array.of(5, 6, 7);
    expect(documentsOf(TokenCorpus.fromPacked(ids, [0, 1, 3]))).toEqual([[5], [6, 7]]);
    expect(() => TokenCorpus.fromPacked(ids, [0, 2])).toThrow('offsets go from 0 to 2, expected 0 to 3');
    expect(() => TokenCorpus.fromPacked(ids, [0, 2, 1, 3])).toThrow('document 1 goes from 2 to 1');
  });
});

describe('TokenCorpusBuilder', () => {
  const token = fc.constantFrom('xxbos', 'xxpad', 'the', 'film', 'was', 'good', 'bad');
  const documents = fc.array(fc.array(token, { maxLength: 30 }), { maxLength: 20 });

  it('gives the ids and counts that tokenizing twice would have given', () => {
    fc.assert(
      fc.property(documents, fc.integer({ min: 1, max: 5 }), (documents, minCount) => {
        const builder = new TokenCorpusBuilder();
        for (const tokens of documents) builder.add(tokens);
        const counts = builder.counts();
        expect([...counts]).toEqual([...countTokens(documents)]);
        const vocabulary = buildVocabulary(counts, { minCount });
        expect(documentsOf(builder.build(vocabulary))).toEqual(
          documents.map((tokens) => [...vocabulary.encode(tokens)]),
        );
      }),
      { seed: 1 },
    );
  });

  it('gives the same whether documents are added one by one or packed elsewhere, in parts of any size', () => {
    const part = fc.array(documents, { maxLength: 5 });
    fc.assert(
      fc.property(part, (parts) => {
        const whole = new TokenCorpusBuilder();
        const merged = new TokenCorpusBuilder();
        for (const documents of parts) {
          const alone = new TokenCorpusBuilder();
          for (const tokens of documents) {
            whole.add(tokens);
            alone.add(tokens);
          }
          merged.addPacked(alone.packed());
        }
        const reread = TokenCorpusBuilder.fromPacked(structuredClone(merged.packed()));
        for (const builder of [merged, reread]) {
          expect(builder.packed()).toEqual(whole.packed());
          expect([...builder.counts()]).toEqual([...whole.counts()]);
          expect([builder.documents, builder.tokens]).toEqual([whole.documents, whole.tokens]);
        }
        const more = (builder: TokenCorpusBuilder) => builder.add(['the', 'end', 'the']).packed();
        expect(more(reread)).toEqual(more(whole));
      }),
      { seed: 1 },
    );
  });

  it('refuses packed tokens that do not fit together', () => {
    const packed = { words: ['a', 'b'], ids: Int32Array.of(0, 1, 1), lengths: Int32Array.of(1, 2) };
    expect(TokenCorpusBuilder.fromPacked(packed).tokens).toBe(3);
    for (const [wrong, message] of [
      [{ ids: Int32Array.of(0, 2, 1) }, 'a token has id 2, and there are 2 words'],
      [{ ids: Int32Array.of(0, -1, 1) }, 'a token has id -1'],
      [{ words: ['a', 'a'] }, 'a word appears twice'],
      [{ lengths: Int32Array.of(1, 1) }, 'the documents have 2 tokens, and there are 3'],
    ] as const) {
      expect(() => TokenCorpusBuilder.fromPacked({ ...packed, ...wrong })).toThrow(message);
    }
  });

  it('keeps no text that its tokens were cut from', () => {
    setFlagsFromString('--expose-gc');
    const gc = runInNewContext('gc') as () => void;
    const builder = new TokenCorpusBuilder();
    gc();
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < 50; i++)
      builder.add([`${'long words '.repeat(50_000)}${i}-much-the-longest-of-all`.slice(-26)]);
    gc();
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(5e6);
  });

  it('tells what it holds, also beyond its first buffer', () => {
    const builder = new TokenCorpusBuilder();
    for (let i = 0; i < 50; i++) builder.add(Array.from({ length: 100 }, (_, j) => `w${(i * j) % 700}`));
    expect([builder.documents, builder.tokens]).toEqual([50, 5000]);
    const vocabulary = buildVocabulary(builder.counts(), { minCount: 1 });
    const corpus = builder.build(vocabulary);
    expect(vocabulary.decode(corpus.document(49))[99]).toBe(`w${(49 * 99) % 700}`);
  });

  it('works once', () => {
    const builder = new TokenCorpusBuilder().add(['a']);
    const vocabulary = buildVocabulary(builder.counts());
    builder.build(vocabulary);
    expect(() => builder.add(['b'])).toThrow('the corpus is built');
    expect(() => builder.build(vocabulary)).toThrow(expect.objectContaining({ code: 'CORPUS_BUILT' }));
  });
});
