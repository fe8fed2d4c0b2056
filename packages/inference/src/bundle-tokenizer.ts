import type { Architecture } from '@ulmfit/awd-lstm';
import type { Bundle } from '@ulmfit/checkpoint';
import { brief, showName, UlmfitError } from '@ulmfit/errors';
import { isTokenizerName, tokenizerNamed, type Tokenizer } from '@ulmfit/text';

export interface LoadBundleOptions {
  /** What the model's encoder may be beside AWD-LSTM. */
  readonly architectures?: readonly Architecture[] | undefined;
  /** What the model's words are cut by, as it was saved. By default it is found by the name that the bundle has. */
  readonly tokenizer?: Tokenizer | undefined;
  /** Told when the words may be cut differently here, see {@link Tokenizer.environment}. */
  readonly onWarning?: ((message: string) => void) | undefined;
}

/**
 * The tokenizer of a model: the one that is given, or the one that its bundle names, when its rules are those that the model
 * was trained with. A module is never loaded because a bundle says so: bundles come from strangers, and modules are code.
 * @throws UlmfitError `OTHER_TOKENIZER`
 */
export function bundleTokenizer(
  { tokenizer: saved }: Pick<Bundle, 'tokenizer'>,
  folder: string,
  { tokenizer: given, onWarning }: LoadBundleOptions,
): Tokenizer {
  const name = showName(saved.name);
  if (given === undefined && !isTokenizerName(saved.name)) {
    throw new UlmfitError(
      'OTHER_TOKENIZER',
      `${folder}: it was trained with the custom tokenizer ${name}; pass it with --tokenizer, or loadClassifier(folder, { tokenizer })`,
    );
  }
  const tokenizer = given ?? tokenizerNamed(saved.name);
  if (saved.rules !== tokenizer.rules) {
    throw new UlmfitError(
      'OTHER_TOKENIZER',
      saved.name === tokenizer.name
        ? `${folder}: its words were cut by other rules of the tokenizer ${name} (${brief(saved.rules)}) than those here (${brief(tokenizer.rules)}); train it again with this version`
        : `${folder}: its words were cut by the tokenizer ${name}, not by ${showName(tokenizer.name)}; use ${name} (the recipe's tokenizer), or train it again`,
    );
  }
  if (saved.environment !== undefined && saved.environment !== tokenizer.environment) {
    onWarning?.(
      `${folder}: this JavaScript engine may find other words than the one that the model was trained on (${brief(saved.environment)}, here ${tokenizer.environment ?? 'none'}); its figures may be a little worse`,
    );
  }
  return tokenizer;
}
