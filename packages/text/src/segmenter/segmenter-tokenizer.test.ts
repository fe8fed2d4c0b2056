import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { joinFields } from '../join-fields.js';
import { composeCharacters, plainSpaces } from '../rules/plain-characters.js';
import { segmenterTokenizer } from './segmenter-tokenizer.js';
import { lowerCaseOf } from './word-case.js';

const tokenizers = new Map(
  ['de', 'ja', 'zh', 'th', 'ko', 'ar', 'ru', 'el', 'tr', 'fr', 'hi', 'und'].map((language) => [
    language,
    segmenterTokenizer({ language }),
  ]),
);
const tokenize = (language: string, text: string): string[] => {
  const tokenizer = tokenizers.get(language);
  if (!tokenizer) throw new Error(language);
  return tokenizer.tokenize(text);
};

/** Golden tokens, written by hand; each begins with xxbos. */
const german: [text: string, tokens: string][] = [
  [
    'Der Straßenbahnfahrer hielt pünktlich an der Brücke.',
    'xxmaj der xxmaj straßenbahnfahrer hielt pünktlich an der xxmaj brücke .',
  ],
  ['Äpfel, Öl und Übermut!', 'xxmaj äpfel , xxmaj öl und xxmaj übermut !'],
  ['Das Essen war FURCHTBAR SÜSS.', 'xxmaj das xxmaj essen war xxup furchtbar xxup süss .'],
  ['STRAẞE, Straße und ß', 'xxup straße , xxmaj straße und ß'],
  ['„Nie wieder“, sagte sie.', '„ xxmaj nie wieder “ , sagte sie .'],
  ['Um 7:30 Uhr kostet es 3,50 €.', 'xxmaj um 7 : 30 xxmaj uhr kostet es 3,50 € .'],
  ['Sehr sehr sehr sehr gut!!!!', 'xxmaj sehr xxwrep 3 sehr gut xxrep 4 !'],
  ['Soooo ein Käse…', 's xxrep 4 o ein xxmaj käse …'],
  ['Die E-Mail kam z. B. gestern.', 'xxmaj die e - xxmaj mail kam z . b . gestern .'],
  ['Zeile eins\nZeile zwei', 'xxmaj zeile eins \n xxmaj zeile zwei'],
  ['K&amp;K: 1&nbsp;km<br />weiter und #39;so#39;', `k & k : 1 km \n weiter und ' so '`],
];

const japanese: [text: string, tokens: string][] = [
  ['猫が好きです。', '猫 が 好き です 。'],
  ['この映画はとても面白い。', 'この 映画 は とても 面白い 。'],
  ['東京は大きい！！！', '東京 は 大きい xxrep 3 ！'],
  ['電車とバス', '電車 と バス'],
  ['NHKの番組　Webサイト', 'xxup nhk の 番組 xxmaj web サイト'],
  ['天気は良い。\n散歩に行く。', '天気 は 良い 。 \n 散歩 に 行く 。'],
  ['２０２４年ｗｗｗ', '２０２４ 年 xxrep 3 ｗ'],
];

const others: [language: string, text: string, tokens: string][] = [
  ['zh', '我昨天在北京看电影，非常好看。', '我 昨天 在 北京 看 电影 ， 非常 好看 。'],
  ['th', 'ภาพยนตร์เรื่องนี้ดี มาก มาก มาก', 'ภาพยนตร์ เรื่อง นี้ ดี xxwrep 3 มาก'],
  ['ko', '이 영화는 정말 좋았어요ㅋㅋㅋ', '이 영화는 정말 좋았어요 xxrep 3 ㅋ'],
  ['ar', 'كان الفيلم رائعًا، شكرا.', 'كان الفيلم رائعًا ، شكرا .'],
  ['ru', 'Фильм ОЧЕНЬ хорош, Я ждал ЁЛКУ', 'xxmaj фильм xxup очень хорош , я ждал xxup ёлку'],
  ['el', 'Ο ΔΡΟΜΟΣ ήταν Μεγάλος;', 'ο xxup δρομος ήταν xxmaj μεγάλος ;'],
  ['tr', "İstanbul'da IŞIK Işık İYİ ılık", "xxmaj istanbul'da xxup ışık xxmaj ışık xxup iyi ılık"],
  ['und', 'IŞIK', 'xxup işik'],
  ['fr', 'L’École est à 5\u00a0km\u202f!', 'l’école est à 5 km !'],
  ['hi', 'नमस्ते नमस्ते नमस्ते दुनिया', 'xxwrep 3 नमस्ते दुनिया'],
];

afterEach(() => void vi.unstubAllGlobals());

const expected = (tokens: string) => ['xxbos', ...tokens.split(' ')];

describe('segmenterTokenizer', () => {
  it.each(german)('German: %j', (text, tokens) => expect(tokenize('de', text)).toEqual(expected(tokens)));
  it.each(japanese)('Japanese: %j', (text, tokens) => expect(tokenize('ja', text)).toEqual(expected(tokens)));
  it.each(others)('%s: %j', (language, text, tokens) =>
    expect(tokenize(language, text)).toEqual(expected(tokens)),
  );

  it('gives the same tokens however a letter, a space or a line end was typed', () => {
    const text = 'Gru\u0308ße\u00a0aus\u3000der Ha\u00adfen\u200bstadt\r\n한국어\ufeff';
    const typed = 'Grüße aus der Hafen stadt\n한국어'.normalize('NFD');
    expect(tokenize('de', text)).toEqual(expected('xxmaj grüße aus der xxmaj hafen stadt \n 한국어'));
    expect(tokenize('de', typed)).toEqual(tokenize('de', text));
  });

  it('keeps the marks of fields, and what belongs to them', () => {
    const text = joinFields(['1 1 1 Titel', '本文です', '4444 4']);
    expect(tokenize('de', text)).toEqual(
      expected('xxfld 1 xxwrep 3 1 xxmaj titel xxfld 2 本文 です xxfld 3 xxrep 4 4 4'),
    );
    expect(tokenize('ja', 'xxfld 1 xxunk本 XXMAJ')).toEqual(expected('xxfld 1 xxunk 本 xxup xxmaj'));
  });

  it('begins an empty text too', () => {
    for (const text of ['', ' ', '\n \t']) expect(tokenize('ja', text)).toEqual(['xxbos']);
  });

  it('tells its language and rules by its fingerprint, and the engine by another', () => {
    const [german, austrian] = ['de', 'de-AT'].map((language) => segmenterTokenizer({ language }));
    expect(german?.name).toBe('segmenter:de');
    expect(german?.rules).not.toBe(austrian?.rules);
    expect(german?.environment).toMatch(/^segments [0-9a-f]{8}$/);
    expect(german?.environment).toBe(segmenterTokenizer({ language: 'de', cacheSize: 0 }).environment);
  });

  it('refuses what is no language, and no size', () => {
    expect(() => segmenterTokenizer({ language: 'deutsch' })).toThrow(
      'language deutsch: not a language tag; give one such as de, ja, pt-BR or zh-Hant',
    );
    expect(() => segmenterTokenizer({ language: 'de', cacheSize: -1 })).toThrow(/^cacheSize: -1 /);
    const { getCanonicalLocales } = Intl;
    vi.stubGlobal('Intl', { getCanonicalLocales });
    expect(() => segmenterTokenizer({ language: 'de' })).toThrow(
      expect.objectContaining({ code: 'NO_SEGMENTER' }),
    );
  });
});

describe('any text', () => {
  const any = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc
      .array(
        fc.constantFrom(
          'Äpfel',
          'GROSS',
          'この映画',
          'ดีมาก',
          'şişe',
          'Ω',
          'xxrep',
          'xxfld 1',
          '...',
          'aaaa',
          ' ',
          '\n',
          '\0',
          '\ud83d',
          '👩‍👩‍👧',
          'e\u0301',
          '&amp;',
          '五5５',
        ),
        { maxLength: 12 },
      )
      .map((parts) => parts.join('')),
  );
  const languages = fc.constantFrom(...tokenizers.keys());

  it('gives tokens that are neither empty nor hold a space, the same with any cache and whatever came before', () => {
    const forgetful = new Map(
      [...tokenizers.keys()].map((language) => [language, segmenterTokenizer({ language, cacheSize: 0 })]),
    );
    fc.assert(
      fc.property(any, languages, (text, language) => {
        const tokens = tokenize(language, text);
        expect(tokens[0]).toBe('xxbos');
        expect(tokens.every((token) => token !== '' && !token.includes(' '))).toBe(true);
        expect(forgetful.get(language)?.tokenize(text)).toEqual(tokens);
      }),
      { seed: 7, numRuns: 600 },
    );
  });

  it('loses nothing but spaces and case: joined, the tokens are the text', () => {
    // Of what the rules before it leave alone.
    const plain = any.filter((text) => !/(.)\1\1|&|#|xx|\.\.\.|\\|;|<|▁|@/su.test(text));
    fc.assert(
      fc.property(plain, fc.constantFrom('de', 'ja', 'th', 'und'), (text, language) => {
        const marks = new Set(['xxbos', 'xxmaj', 'xxup']);
        const tokens = tokenize(language, text);
        fc.pre(!tokens.includes('xxwrep'));
        const squeezed = (parts: string) => parts.replace(/[\s▁\x1c-\x1f]/g, '');
        expect(squeezed(tokens.filter((token) => !marks.has(token)).join(''))).toBe(
          squeezed(lowerCaseOf(language)(composeCharacters(plainSpaces(text)))),
        );
      }),
      { seed: 8, numRuns: 600 },
    );
  });

  it('marks no case in a text that has none, which lower-casing leaves as it is', () => {
    fc.assert(
      fc.property(any, languages, (text, language) => {
        const lower = tokenize(language, text.toLowerCase()).join(' ');
        fc.pre(!/\p{Changes_When_Lowercased}/u.test(text.toLowerCase()));
        expect(lower).not.toMatch(/xxmaj|xxup/);
      }),
      { seed: 9, numRuns: 300 },
    );
  });

  it('cuts a long text without spaces where it would cut a short one', () => {
    const sentence = 'この映画はとても面白いので、友人と一緒に見たいと思います。';
    const once = tokenize('ja', sentence).slice(1);
    const often = tokenize('ja', sentence.repeat(200)).slice(1);
    expect(often).toEqual(Array.from({ length: 200 }, () => once).flat());
  });

  // Each step of Intl.Segmenter takes time that grows with all of the text: at once, this would take hours.
  it.each([
    'a',
    'ab ',
    'Ä',
    'é́',
    'a\u0301\u0323',
    '日',
    'この映画は',
    'ก',
    'ดีมาก',
    '👩\u200d',
    '🇩',
    '\ud83d',
    '\udc00',
    '\0',
    'a.',
    '&',
    '\n',
    'xxrep ',
    '1,',
  ])('takes linear time on a long run of %j', (unit) => {
    const text = unit.repeat(Math.ceil(50_000 / unit.length));
    const start = performance.now();
    expect(tokenize('ja', text)[0]).toBe('xxbos');
    expect(performance.now() - start).toBeLessThan(5_000);
  });
});
