import { describe, expect, it } from 'vitest';
import { fixHtml } from './fix-html.js';
import { lowercase, replaceAllCaps, replaceMaj } from './letter-case.js';
import { replaceRep, replaceWrep } from './repetition.js';
import { replaceSpace, rmUselessSpaces, specAddSpaces } from './spacing.js';

describe('fixHtml', () => {
  it.each([
    ['half#39;decoded amp; text nbsp;here quot;', "half'decoded & text  here '"],
    ['#36;5 and $& stay', '$5 and $& stay'],
    ['a<br />b\\nc', 'a\nb\nc'],
    ['so \\"they\\" said...', 'so "they" said …'],
    ['a <unk> of 3 @.@ 5 re @-@ do', 'a xxunk of 3.5 re-do'],
    ['&lt;b&gt; &copy; caf&eacute; &notit; &bogus; &', '<b> © café ¬it; &bogus; &'],
    ['&#65;&#x42;&#67 &#150; &#x80;', 'ABC – €'],
    ['[&#1;][&#0;][&#xD800;][&#1114112;][&#xFFFE;][&#13;]', '[][\ufffd][\ufffd][\ufffd][][\r]'],
  ])('mends %j', (text, mended) => expect(fixHtml(text)).toBe(mended));
});

describe('replaceRep', () => {
  it.each([
    ['soooo goood', 's xxrep 4 o  g xxrep 3 o d'],
    ['aabb', 'aabb'],
    ['aaaabbb', ' xxrep 4 a  xxrep 3 b '],
    ['😀😀😀!', ' xxrep 3 😀 !'],
    ['a   b\n\n\n', 'a   b\n\n\n'],
    ['\ud800\ud800\ud800', ' xxrep 3 \ud800 '],
    ['', ''],
  ])('%j', (text, replaced) => expect(replaceRep(text)).toBe(replaced));
});

describe('replaceWrep', () => {
  it.each([
    ['row row row your boat', ' xxwrep 3 row  your boat'],
    ['we row  row\nrow, row', 'we xxwrep 3 row , row'],
    ['row row', 'row row'],
    ['row row rowing', 'row row rowing'],
    ['row row row rowing', ' xxwrep 3 row  rowing'],
    ['crow row row', 'crow row row'],
    ['Row row row row', 'Row xxwrep 3 row '],
    ['ёж ёж ёж', ' xxwrep 3 ёж '],
    ['x x x y y y', ' xxwrep 3 x  y y y'],
    ['x x x', ' xxwrep 3 x '],
    ['', ''],
  ])('%j', (text, replaced) => expect(replaceWrep(text)).toBe(replaced));
});

describe('spacing', () => {
  it('sets slashes and hashes apart', () => expect(specAddSpaces('a/b#c\\d')).toBe('a / b # c \\ d'));
  it('makes one space of several', () => expect(rmUselessSpaces('a  b \t   c')).toBe('a b \t c'));
  it('marks spaces within tokens', () => expect(replaceSpace('\n  ')).toBe('\n▁▁'));
});

describe('letter case', () => {
  it.each([
    ['LOUD Words A B5 é USA-wide N.B.', 'xxup loud Words a xxup b5 é USA-wide xxup n.b.'],
    ['(LOUD', '(LOUD'],
  ])('marks capitals: %j', (text, marked) => expect(replaceAllCaps(text)).toBe(marked));

  it.each([
    ['Some Words A iPad McAdam X-ray', 'xxmaj some xxmaj words a iPad McAdam xxmaj x-ray'],
    ["I'm\nÉmile", "xxmaj i'm\nÉmile"],
  ])('marks a capital: %j', (text, marked) => expect(replaceMaj(text)).toBe(marked));

  it('begins a document', () => {
    expect(lowercase('\n ÉTÉ ΟΔΟΣ İ ')).toBe('xxbos été οδος i̇');
    expect(lowercase(' ')).toBe('xxbos ');
  });
});
