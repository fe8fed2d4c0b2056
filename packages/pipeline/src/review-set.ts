import type { ImdbSplit } from '@ulmfit/data-imdb';
import { UlmfitError } from '@ulmfit/errors';

const missing: Readonly<Record<keyof ImdbSplit, string>> = {
  lm: 'no unlabelled reviews to fine-tune on; expected files such as train/unsup/0_0.txt',
  train: 'no labelled reviews of both classes to train on; expected files such as train/neg/0_1.txt',
  validation: 'no labelled reviews to validate with',
  test: 'no test reviews of both classes to score; expected files such as test/neg/0_1.txt',
};

/**
 * A set of the reviews, which must not be empty.
 * @param data where they come from
 * @throws UlmfitError `NO_REVIEWS`
 */
export function reviewSet<Name extends keyof ImdbSplit>(
  split: ImdbSplit,
  name: Name,
  data: string,
): ImdbSplit[Name] {
  if (split[name].length > 0) return split[name];
  throw new UlmfitError('NO_REVIEWS', `${data}: holds ${missing[name]}`);
}
