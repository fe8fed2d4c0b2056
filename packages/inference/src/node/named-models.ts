/** The models that have a short name, and the package of each. */
const packages: Readonly<Record<string, string>> = {
  en: '@ulmfit/pretrained-en',
  'en-backwards': '@ulmfit/pretrained-en-backwards',
  'sentiment-en': '@ulmfit/sentiment-en',
};

/**
 * The package that a short name stands for, such as `en` or `sentiment-en`; undefined for any other text.
 * @example
 * packageOfModel('en'); // '@ulmfit/pretrained-en'
 */
export const packageOfModel = (name: string): string | undefined =>
  Object.hasOwn(packages, name) ? packages[name] : undefined;
