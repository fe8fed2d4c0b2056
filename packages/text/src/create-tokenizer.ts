import type { TextRule } from './rules/fastai-rules.js';
import type { Tokenizer } from './tokenizer.js';

export interface CreateTokenizerOptions {
  /** Default: the name of `base`. */
  name?: string;
  /** Applied to the text, in order, before it is split. */
  rules?: readonly TextRule[];
  /** Splits the text into tokens. */
  base: Tokenizer;
  /** Applied to each token, in order. */
  tokenRules?: readonly TextRule[];
}

/**
 * A tokenizer out of rules on the text, another tokenizer, and rules on its tokens.
 * @example
 * const { tokenize } = createTokenizer({
 *   base: { name: 'spaces', rules: 'spaces/1', tokenize: (text) => text.split(/\s+/) },
 *   rules: [{ name: 'lowercase', apply: (text) => text.toLowerCase() }],
 * });
 * tokenize('A warm film'); // ['a', 'warm', 'film']
 */
export function createTokenizer({
  base,
  name = base.name,
  rules = [],
  tokenRules = [],
}: CreateTokenizerOptions): Tokenizer {
  const names = (list: readonly TextRule[]) => list.map((rule) => rule.name).join(' ');
  return {
    name,
    rules: [names(rules), base.rules, names(tokenRules)].filter((part) => part !== '').join(' | '),
    ...(base.environment !== undefined && { environment: base.environment }),
    tokenize(text) {
      let prepared = text;
      for (const rule of rules) prepared = rule.apply(prepared);
      const tokens = base.tokenize(prepared);
      for (const rule of tokenRules) {
        for (const [index, token] of tokens.entries()) {
          const replaced = rule.apply(token);
          if (replaced !== token) tokens[index] = replaced;
        }
      }
      return tokens;
    },
  };
}
