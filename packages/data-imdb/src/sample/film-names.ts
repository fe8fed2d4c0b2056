import type { Dice } from './dice.js';
import { Writer } from './grammar.js';
import { vocabulary } from './vocabulary.js';

/** The people and facts of one invented film, for a text to come back to. */
export function filmNames(dice: Dice): Record<string, string> {
  const writer = new Writer(vocabulary, dice);
  const director = dice.chance(50) ? 'woman' : 'man';
  return {
    title: writer.phrase('title'),
    otherTitle: writer.phrase('title'),
    director: `${writer.phrase(director)} ${writer.phrase('surname')}`,
    actor: `${writer.phrase('man')} ${writer.phrase('surname')}`,
    actress: `${writer.phrase('woman')} ${writer.phrase('surname')}`,
    hero: writer.phrase('man'),
    heroine: writer.phrase('woman'),
    she: 'she',
    her: 'her',
    genre: writer.phrase('genre'),
    place: writer.phrase('place'),
    year: `${dice.between(1931, 2009)}`,
    minutes: `${dice.between(72, 165)}`,
    age: `${dice.between(15, 34)}`,
  };
}
