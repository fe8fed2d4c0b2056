import { describe, expect, it } from 'vitest';
import { corpusGrammar } from './corpus-grammar.js';
import { Dice } from './dice.js';
import { symbolsOf, Writer, type Grammar } from './grammar.js';
import { reviewGrammar } from './review-grammar.js';

const dice = () => new Dice({ seed: 1, stream: 'test' });

describe('Writer', () => {
  const grammar: Grammar = {
    pair: ['{^name} is {+adj}, not {-adj}, says a/n {expert}.'],
    posAdj: ['good'],
    negAdj: ['{!mood}'],
    mood: ['bad'],
    expert: ['old {job}'],
    job: ['critic'],
    one: ['a/n hour, a/n unit, A/n "apple", a/n pear'],
  };

  it('expands signs, shapes, bound names and articles', () => {
    const writer = new Writer(grammar, dice(), { name: 'ada' });
    expect(writer.sentence('pair', 'pos')).toBe('Ada is good, not BAD, says an old critic.');
    expect(writer.sentence('pair', 'neg')).toBe('Ada is BAD, not good, says an old critic.');
    expect(writer.sentence('one')).toBe('An hour, a unit, An "apple", a pear');
  });

  it('seldom uses an entry twice', () => {
    const letters: Grammar = { letter: ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'] };
    const writer = new Writer(letters, dice());
    expect(new Set(Array.from({ length: 6 }, () => writer.phrase('letter'))).size).toBeGreaterThan(4);
  });

  it('names a symbol that is missing', () => {
    expect(() => new Writer({ a: ['{b}'] }, dice()).phrase('a')).toThrow('no symbol b');
  });
});

it.each(Object.entries({ reviewGrammar, corpusGrammar }))(
  '%s has every symbol, or the film binds it',
  (_, grammar) => {
    const bound = 'otherTitle director actor actress hero heroine she her year minutes age rating'.split(' ');
    const ofArticles = 'person family birth death middle otherPlace otherCountry kind thing thousands'.split(
      ' ',
    );
    const known = new Set([...Object.keys(grammar), ...bound, ...ofArticles]);
    const missing = Object.values(grammar)
      .flat()
      .flatMap(symbolsOf)
      .filter((symbol) => !known.has(symbol));
    expect(missing).toEqual([]);
  },
);

it('throws dice evenly', () => {
  const throws = dice();
  const counts = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < 6000; i++) counts[throws.below(6)]! += 1;
  for (const count of counts) expect(count).toSatisfy((n: number) => n > 880 && n < 1120);
});
