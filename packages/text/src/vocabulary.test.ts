import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { buildVocabulary, countTokens } from './build-vocabulary.js';
import { specialTokens } from './special-tokens.js';
import { Vocabulary } from './vocabulary.js';

const words = (text: string) => text.split(' ');
/** The rows after the special tokens. */
const rest = (vocabulary: Vocabulary) => vocabulary.itos.slice(specialTokens.length).join(' ');

// The expected rows are what fastai 2.8.12's make_vocab gives for the same tokens.
describe('buildVocabulary', () => {
  it('drops what is rarer than minCount and keeps equal counts in order of first appearance', () => {
    expect(rest(buildVocabulary([words('a a a b b b c c c d d')]))).toBe('a b c xxfake xxfake xxfake xxfake');
    expect(
      rest(buildVocabulary([words('b b'), words('a a c')], { minCount: 1, padToMultipleOf: false })),
    ).toBe('b a c');
  });

  it('counts special tokens of the text towards the most frequent ones', () => {
    const text = words('xxbos a xxbos a xxmaj b b b c d e f g h i j');
    expect(rest(buildVocabulary([text], { minCount: 1, maxWords: 11, padToMultipleOf: false }))).toBe('b a');
    const few = words('xxbos a xxbos a xxmaj b b b');
    expect(rest(buildVocabulary([few], { minCount: 1, maxWords: 12, padToMultipleOf: false }))).toBe('b a');
  });

  it('adds a whole multiple to a size that is one already', () => {
    const many = [Array.from({ length: 100 }, (_, i) => `w${i}`)];
    const vocabulary = buildVocabulary(many, { minCount: 1, maxWords: 16 });
    expect(vocabulary.size).toBe(24);
    expect(rest(vocabulary)).toBe(`w0 w1 w2 w3 w4 w5 w6${' xxfake'.repeat(8)}`);
  });

  it('makes 10,008 rows of 10,000 words', () => {
    const counts = new Map(Array.from({ length: 15_000 }, (_, i) => [`w${i}`, 20_000 - i]));
    const vocabulary = buildVocabulary(counts, { maxWords: 10_000 });
    expect(vocabulary.size).toBe(10_008);
    expect([vocabulary.itos[9], vocabulary.itos[9999], vocabulary.itos[10_000]]).toEqual([
      'w0',
      'w9990',
      'xxfake',
    ]);
  });

  it('builds the same from counts as from documents', () => {
    const document = fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'xxbos', 'xxmaj'), { maxLength: 20 });
    fc.assert(
      fc.property(fc.array(document), fc.integer({ min: 1, max: 4 }), (documents, minCount) => {
        expect(buildVocabulary(countTokens(documents), { minCount }).itos).toEqual(
          buildVocabulary(documents, { minCount }).itos,
        );
      }),
      { seed: 1 },
    );
  });

  it('names the setting that is wrong', () => {
    expect(() => buildVocabulary([], { maxWords: 8 })).toThrow('maxWords: 8 leaves no room');
    expect(() => buildVocabulary([], { minCount: 0 })).toThrow('minCount is 0; it must be an integer from 1');
    expect(() => buildVocabulary([], { padToMultipleOf: 0 })).toThrow('padToMultipleOf is 0');
  });
});

describe('Vocabulary', () => {
  const vocabulary = new Vocabulary([...specialTokens, 'film', 'good', 'xxfake', 'xxfake']);

  it('encodes known words and decodes them again', () => {
    const ids = vocabulary.encode(['xxbos', 'good', 'film', 'never-seen']);
    expect([...ids]).toEqual([2, 10, 9, 0]);
    expect(vocabulary.decode(ids)).toEqual(['xxbos', 'good', 'film', 'xxunk']);
  });

  it('takes no word of a text for padding or for a filler', () => {
    expect([...vocabulary.encode(['xxpad', 'xxfake'])]).toEqual([0, 0]);
    expect(vocabulary.stoi.get('xxpad')).toBe(vocabulary.padIndex);
  });

  it('survives JSON', () => {
    const again = Vocabulary.fromJSON(JSON.parse(JSON.stringify(vocabulary)));
    expect(again.itos).toEqual(vocabulary.itos);
    expect(again.stoi).toEqual(vocabulary.stoi);
  });

  it.each([
    ['an object', {}, 'expected a JSON list of words, got a value of type object'],
    ['null', null, 'got null'],
    ['a number among the words', [...specialTokens, 3], 'row 9 is a value of type number'],
    ['a word twice', [...specialTokens, 'b', 'a', 'b'], '"b" appears twice, at 9 and at 11'],
    ['no special tokens', ['xxunk', 'xxpad', 'film'], 'no xxbos, xxeos, xxfld, xxrep, xxwrep, xxup, xxmaj'],
    ['another order', [...specialTokens].reverse(), 'the first two rows have to be xxunk, xxpad'],
  ])('refuses %s', (_, json, message) => {
    expect(() => Vocabulary.fromJSON(json)).toThrow(message);
    expect(() => Vocabulary.fromJSON(json)).toThrow(expect.objectContaining({ code: 'BAD_VOCABULARY' }));
  });

  it('refuses an id without a row', () => {
    expect(() => vocabulary.decode([13])).toThrow('token id 13: the vocabulary has rows 0 to 12');
  });
});
