const upper = /\p{Changes_When_Lowercased}/u;
const lower = /\p{Changes_When_Uppercased}/u;
const marks = /\p{M}/gu;
/** Languages in which the lower case of some letters is another: the dotless i, and dots that are kept. */
const ownLowerCase = new Set(['tr', 'az', 'lt']);

/** Lower-cases words as a language does. @param language a canonical BCP 47 tag */
export function lowerCaseOf(language: string): (word: string) => string {
  const [primary = ''] = language.split('-');
  return ownLowerCase.has(primary) ? (word) => word.toLocaleLowerCase(primary) : (word) => word.toLowerCase();
}

/**
 * What fastai's rules tell of a word's case, by Unicode instead of A-Z: `xxup` for a word that begins with a capital and has
 * no small letter, `xxmaj` for one whose first letter alone is a capital. A word of one letter has no mark, nor one of a
 * script without case.
 */
export function caseMark(word: string): 'xxup' | 'xxmaj' | undefined {
  if (!upper.test(word)) return undefined;
  const [first = '', ...rest] = word.replace(marks, '');
  if (rest.length === 0 || !upper.test(first)) return undefined;
  if (!rest.some((character) => lower.test(character))) return 'xxup';
  return rest.some((character) => upper.test(character)) ? undefined : 'xxmaj';
}
