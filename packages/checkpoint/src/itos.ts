import { UlmfitError } from '@ulmfit/errors';
import { readFile } from '@ulmfit/files/portable';
import { PickleObject, PickleTuple, unpickle, type AllowedGlobals } from './pickle.js';

/** fastai's own list, which some of its versions pickled a vocabulary as. */
const globals: AllowedGlobals = {
  'fastcore.foundation.L': (args) => new PickleObject('fastcore.foundation.L', args),
};

/**
 * Reads a vocabulary that fastai has pickled (`itos.pkl`, "integer to string"): the word of each id.
 * @param source the bytes or, in Node, a path
 * @throws UlmfitError `BAD_PICKLE`, `PICKLE_GLOBAL_REFUSED`, `BAD_VOCABULARY` for anything but a list of words, `FILE_ERROR`
 * @example
 * const vocabulary = new Vocabulary(readItos('wt103-fwd.pkl'));
 */
export function readItos(source: Uint8Array | string, label = 'the vocabulary bytes'): string[] {
  const [bytes, name] = typeof source === 'string' ? [readFile(source), source] : [source, label];
  const { value } = unpickle(bytes, { label: name, globals });
  const words = listOf(value);
  if (!words) throw new UlmfitError('BAD_VOCABULARY', `${name}: expected a pickled list of words`);
  return words.map((word, id) => {
    if (typeof word === 'string') return word;
    throw new UlmfitError(
      'BAD_VOCABULARY',
      `${name}: the word of id ${id} is not a string; export the vocabulary again`,
    );
  });
}

function listOf(value: unknown): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value as unknown[];
  if (value instanceof PickleTuple) return value.items;
  if (value instanceof PickleObject && value.state instanceof Map) {
    const items: unknown = value.state.get('items');
    return Array.isArray(items) ? (items as unknown[]) : undefined;
  }
  return undefined;
}
