import { TEXT_SETS, type TextSet } from './text-set.js';

/** How many texts of a set stand in another one too. */
export interface SharedTexts {
  readonly of: TextSet;
  readonly among: TextSet;
  readonly texts: number;
}

/** Texts that stand in a task more than once. */
export interface RepeatedTexts {
  /** For each set, its texts that stand earlier in it too. */
  readonly within: Readonly<Record<TextSet, number>>;
  /** The texts of a held-out set that another set has too: `texts` of `of` are `among` the other's. None where there are none. */
  readonly across: readonly SharedTexts[];
  /** The labelled texts that stand elsewhere with other labels. */
  readonly conflicting: number;
}

export interface RepeatedTextsInput {
  /** A hash of each text: equal ones are the same text. */
  readonly keys: Float64Array;
  /** The set of each text, by its index in {@link TEXT_SETS}; any other number leaves the text out. */
  readonly sets: Uint8Array;
  /** A number for the labels of each text, the same for the same labels; negative where it has none. */
  readonly labels: Int32Array;
}

/** What is held out must not stand in what is learnt from. */
const PAIRS = [
  ['valid', 'train'],
  ['test', 'train'],
  ['test', 'valid'],
  ['valid', 'unlabelled'],
  ['test', 'unlabelled'],
] as const;

/**
 * For each text, the first one with the same key.
 * @example
 * firstOfEqual(new Float64Array([7, 8, 7])); // new Uint32Array([0, 1, 0])
 */
export function firstOfEqual(keys: Float64Array): Uint32Array {
  const first = Uint32Array.from(keys.keys());
  const order = first.slice().sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0) || a - b);
  for (let i = 1; i < order.length; i++) {
    const [before, text] = [order[i - 1] ?? 0, order[i] ?? 0];
    if (keys[before] === keys[text]) first[text] = first[before] ?? before;
  }
  return first;
}

/**
 * Counts the texts that are there more than once, within the sets and across them.
 * @example
 * const { within, conflicting } = repeatedTexts({
 *   keys: new Float64Array([7, 8, 7]), // a hash of each text
 *   sets: new Uint8Array([0, 0, 0]), // all of `train`
 *   labels: new Int32Array([0, 1, 1]),
 * });
 * [within.train, conflicting]; // [1, 2]
 */
export function repeatedTexts({ keys, sets, labels }: RepeatedTextsInput): RepeatedTexts {
  const within: Record<TextSet, number> = { train: 0, valid: 0, test: 0, unlabelled: 0 };
  const across = PAIRS.map(([of, among]) => ({ of, among, texts: 0 }));
  let conflicting = 0;
  const key = (row: number | undefined) => keys[row ?? 0] ?? 0;
  const order = Uint32Array.from(keys.keys()).sort((a, b) => key(a) - key(b));
  for (let start = 0, end = 0; start < order.length; start = end) {
    end = start + 1;
    while (end < order.length && key(order[end]) === key(order[start])) end++;
    if (end === start + 1) continue;
    const counts: Record<TextSet, number> = { train: 0, valid: 0, test: 0, unlabelled: 0 };
    const differing = new Set<number>();
    let labelled = 0;
    for (const row of order.subarray(start, end)) {
      const set = TEXT_SETS[sets[row] ?? TEXT_SETS.length];
      if (set === undefined) continue;
      counts[set]++;
      const label = labels[row] ?? -1;
      if (label < 0) continue;
      differing.add(label);
      labelled++;
    }
    for (const set of TEXT_SETS) within[set] += Math.max(0, counts[set] - 1);
    for (const pair of across) if (counts[pair.among] > 0) pair.texts += counts[pair.of];
    if (differing.size > 1) conflicting += labelled;
  }
  return { within, across: across.filter(({ texts }) => texts > 0), conflicting };
}
