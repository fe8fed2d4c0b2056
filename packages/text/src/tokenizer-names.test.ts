import { describe, expect, it } from 'vitest';
import { fastaiTokenizer } from './fastai-tokenizer.js';
import {
  isNamedTokenizer,
  isTokenizerName,
  tokenizerForLanguage,
  tokenizerNamed,
} from './tokenizer-names.js';

describe('tokenizerNamed', () => {
  it('makes the tokenizers that have a name, and knows them again', () => {
    expect(tokenizerNamed('fastai').rules).toBe(fastaiTokenizer().rules);
    const german = tokenizerNamed('segmenter:DE-at');
    expect(german.name).toBe('segmenter:de-AT');
    expect(german.tokenize('Grüß Gott')).toEqual(['xxbos', 'xxmaj', 'grüß', 'xxmaj', 'gott']);
    expect(isNamedTokenizer(german)).toBe(true);
    expect(isNamedTokenizer({ ...german, rules: 'mine/1' })).toBe(false);
    expect(isNamedTokenizer({ ...german, name: 'mine' })).toBe(false);
    expect(isNamedTokenizer({ ...german, name: 'segmenter:' })).toBe(false);
    expect(['fastai', 'segmenter:xx', 'fast', 'Fastai'].map(isTokenizerName)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it('has one for each language', () => {
    const names = ['en', 'en-GB', 'DE', 'eng', 'enm', 'zh-hant'].map(tokenizerForLanguage);
    expect(names).toEqual([
      'fastai',
      'fastai',
      'segmenter:de',
      'fastai',
      'segmenter:enm',
      'segmenter:zh-Hant',
    ]);
    expect(() => tokenizerForLanguage('english')).toThrow(/^language english: not a language tag/);
  });

  it.each([
    ['spacy', 'UNKNOWN_TOKENIZER', /^tokenizer spacy: unknown; give fastai .*segmenter:de.*\.js/],
    ['', 'UNKNOWN_TOKENIZER', /^tokenizer "": /],
    [
      'segmenter:german',
      'BAD_LANGUAGE',
      /^language german: not a language tag; give one such as de, ja, pt-BR or zh-Hant$/,
    ],
    ['segmenter:', 'BAD_LANGUAGE', /^language "": /],
    ['segmenter:de_DE', 'BAD_LANGUAGE', /^language de_DE: /],
    ['segmenter:de\n', 'BAD_LANGUAGE', /^language "de\\n": /],
  ])('refuses %j', (name, code, message) => {
    expect(() => tokenizerNamed(name)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) as string }),
    );
  });
});
