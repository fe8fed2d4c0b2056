import type { Tokenizer } from '@ulmfit/text';

/** Characters, for a script of which nothing more is known. */
export const tokenizer: Tokenizer = {
  name: 'characters',
  rules: 'characters/1', // change it with anything that changes tokens
  tokenize: (text) => ['xxbos', ...text.toLowerCase()],
};
