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
