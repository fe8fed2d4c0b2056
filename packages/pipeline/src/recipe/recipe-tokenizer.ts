import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { loadTokenizer, type Tokenizer } from '@ulmfit/text';

/**
 * The tokenizer that a recipe names: `fastai`, `segmenter:de`, a path below the current folder (`./my-tokenizer.js`) or a
 * package (`@me/tokenizers`).
 * @param folder what paths begin in, and packages are looked for from; default the current one
 * @throws UlmfitError `UNKNOWN_TOKENIZER`, `BAD_TOKENIZER`, `BAD_LANGUAGE`
 * @example
 * const { tokenize } = await recipeTokenizer('segmenter:de');
 */
export async function recipeTokenizer(name = 'fastai', folder = process.cwd()): Promise<Tokenizer> {
  return loadTokenizer(name, { from: pathToFileURL(`${folder}/`), resolve });
}

/** The package that is installed where the run is started, not where this one is. */
function resolve(name: string, from: string): string {
  try {
    return pathToFileURL(createRequire(from).resolve(name)).href;
  } catch {
    return name; // It may be for `import` alone: that finds it from here.
  }
}
