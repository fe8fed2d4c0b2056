import type { ClassAttribution } from '@ulmfit/awd-lstm';
import { TokenCorpus } from '@ulmfit/text';
import type { ReadingClassifier } from './decided-classifier.js';
import { documentLogits } from './document-logits.js';

export interface OcclusionOptions {
  /** What the document is compared with: as many ids. */
  readonly baseline: ArrayLike<number>;
  /** Indices of the classes. */
  readonly classes: readonly number[];
  readonly signal?: AbortSignal | undefined;
}

/** Documents that are made at once, and tokens that are read at once. */
const CHUNK = 256;
const AT_ONCE = 16 * 1024;

/**
 * How much each logit falls where one token of a document is replaced by the baseline's (Zeiler and Fergus 2014, section 4.2): a reading of
 * the document for each token. It asks nothing of the model but logits. What two words say only together each of them gets, or neither, so
 * the sum is not the difference of the logits.
 * @throws UlmfitError `BAD_WEIGHTS`; the signal's reason
 */
export async function occlusion(
  classifier: Pick<ReadingClassifier, 'model' | 'backwards'>,
  ids: Int32Array,
  { baseline, classes, signal }: OcclusionOptions,
): Promise<ClassAttribution[]> {
  const batchSize = Math.max(1, Math.floor(AT_ONCE / ids.length));
  const read = (documents: Iterable<ArrayLike<number>>) =>
    documentLogits(classifier, TokenCorpus.fromDocuments(documents), { batchSize, signal });
  const [own = [], other = []] = await read([ids, baseline]);
  const found = classes.map(() => new Float64Array(ids.length));
  const places = Array.from(ids.keys()).filter((at) => ids[at] !== baseline[at]);
  for (let first = 0; first < places.length; first += CHUNK) {
    const some = places.slice(first, first + CHUNK);
    const rows = await read(
      some.map((at) => {
        const without = ids.slice();
        without[at] = baseline[at] as number;
        return without;
      }),
    );
    some.forEach((at, i) =>
      classes.forEach((index, c) => {
        const contributions = found[c] as Float64Array;
        contributions[at] = (own[index] as number) - (rows[i]?.[index] as number);
      }),
    );
  }
  return classes.map((index, c) => {
    const contributions = found[c] as Float64Array;
    const [logit, base] = [own[index] as number, other[index] as number];
    const gap = Math.abs(contributions.reduce((sum, each) => sum + each, 0) - (logit - base));
    return { logit, baseline: base, contributions, gap, isComplete: gap <= 0.01 * Math.abs(logit - base) };
  });
}
