import { UlmfitError } from '@ulmfit/errors';
import { loadTokenizer, tokenizerNamed, type Tokenizer } from '@ulmfit/text/tokens';

/** What a thread needs to make the tokenizer for itself. */
export interface ThreadTokenizer {
  readonly name: string;
  readonly rules: string;
  /** The URL of the module that exports it; else its name is one of those that every thread knows. */
  readonly module: string | undefined;
}

/**
 * Makes a thread's own tokenizer.
 * @throws UlmfitError `OTHER_TOKENIZER` when it would give other tokens than the one it stands for
 */
export async function tokenizerOfThread({ name, rules, module }: ThreadTokenizer): Promise<Tokenizer> {
  const tokenizer = module === undefined ? tokenizerNamed(name) : await loadTokenizer(module);
  if (tokenizer.rules !== rules) {
    throw new UlmfitError(
      'OTHER_TOKENIZER',
      `tokenizer ${name}: its rules are ${tokenizer.rules} in this thread and ${rules} in the main one; rebuild the packages`,
    );
  }
  return tokenizer;
}
