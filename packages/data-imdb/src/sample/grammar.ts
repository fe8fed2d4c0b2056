import type { Dice } from './dice.js';

/** What a symbol may become. A template names symbols in braces; see `Writer`. */
export type Grammar = Readonly<Record<string, readonly [string, ...string[]]>>;

/** The entries of a list written with commas. */
export function list(text: string): [string, ...string[]] {
  const [first = '', ...rest] = text.split(',').map((entry) => entry.trim());
  return [first, ...rest];
}

/** Entries of which each stands on a line of its own. */
export function lines(text: string): [string, ...string[]] {
  const [first = '', ...rest] = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  return [first, ...rest];
}

export type Polarity = 'pos' | 'neg';

const SLOT = /\{([\^!]?)([+-]?)([a-zA-Z]+)\}/g;

/** The symbols that a template names, for each polarity that its signs may have. */
export function symbolsOf(template: string): string[] {
  return [...template.matchAll(SLOT)].flatMap(([, , sign, name = '']) =>
    sign ? [`pos${capitalize(name)}`, `neg${capitalize(name)}`] : [name],
  );
}

/**
 * Writes one document from a grammar.
 *
 * `{name}` becomes the bound value of that name, or else an expanded entry of that symbol; `{+name}` and `{-name}` are
 * `posName` or `negName`, `+` of the sentence's polarity and `-` of the other. `{^name}` capitalises, `{!name}` shouts.
 * `a/n` becomes the article that fits. Within a document an entry is seldom used twice.
 */
export class Writer {
  readonly #used = new Set<string>();

  constructor(
    private readonly grammar: Grammar,
    private readonly dice: Dice,
    private readonly bound: Readonly<Record<string, string>> = {},
  ) {}

  /** One entry of a symbol, expanded, as a sentence: it begins with a capital. */
  sentence(symbol: string, polarity: Polarity = 'pos'): string {
    return capitalize(this.phrase(symbol, polarity));
  }

  /** One entry of a symbol, expanded. */
  phrase(symbol: string, polarity: Polarity = 'pos'): string {
    return withArticles(this.#expand(symbol, polarity));
  }

  #expand(symbol: string, polarity: Polarity): string {
    return this.#choose(symbol).replace(SLOT, (_, shape: string, sign: string, name: string) => {
      const own = sign === '-' ? other(polarity) : polarity;
      const value = sign
        ? this.#expand(`${own}${capitalize(name)}`, own)
        : (this.bound[name] ?? this.#expand(name, polarity));
      return shape === '^' ? capitalize(value) : shape === '!' ? value.toUpperCase() : value;
    });
  }

  #choose(symbol: string): string {
    const entries = this.grammar[symbol];
    if (!entries) throw new Error(`the grammar has no symbol ${symbol}`);
    // Words of praise and blame are lists from the common to the rare.
    const pick = () =>
      /^(pos|neg)[A-Z]/.test(symbol) ? this.dice.pickEarly(entries) : this.dice.pick(entries);
    let entry = pick();
    for (let tries = 0; tries < 8 && this.#used.has(entry); tries++) entry = pick();
    this.#used.add(entry);
    return entry;
  }
}

export function other(polarity: Polarity): Polarity {
  return polarity === 'pos' ? 'neg' : 'pos';
}

export function capitalize(text: string): string {
  return text.replace(/^["'(]?[a-z]/, (start) => start.toUpperCase());
}

function withArticles(text: string): string {
  return text.replace(/\ba\/n(?= ["']?(\w+))/gi, (article, next: string) => {
    const vowel = /^([aeiou]|hon|hour|heir)/i.test(next) && !/^(uni|use|one|eu)/i.test(next);
    return article.charAt(0) + (vowel ? 'n' : '');
  });
}
