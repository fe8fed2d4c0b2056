import { pathToFileURL } from 'node:url';
import { loadTokenizer, type Tokenizer } from '@ulmfit/text';

/**
 * The tokenizer that a recipe names: `fastai`, `segmenter:de`, a path below the current folder (`./my-tokenizer.js`) or a
 * package (`@me/tokenizers`).
 * @param folder what paths begin in, and packages are looked for from; default the current one
 * @throws UlmfitError `UNKNOWN_TOKENIZER`, `BAD_TOKENIZER`, `BAD_LANGUAGE`
 */
export async function recipeTokenizer(name = 'fastai', folder = process.cwd()): Promise<Tokenizer> {
  return loadTokenizer(name, { from: pathToFileURL(`${folder}/`) });
}
