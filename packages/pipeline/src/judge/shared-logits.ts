import { documentLogits, type DocumentLogitsOptions, type ReadingClassifier } from '@ulmfit/inference';
import type { TokenCorpus } from '@ulmfit/text';
import type { Collective } from '@ulmfit/trainer';

export interface SharedLogitsOptions extends DocumentLogitsOptions {
  /** The other processes that read with this one. Default none. */
  readonly collective?: Collective | undefined;
}

/**
 * The logits of each document with the bits that {@link documentLogits} gives them, read by several ranks: the batches are dealt out, and
 * every rank ends with all rows. Where one of them is told to stop, all stop.
 * @throws UlmfitError `BAD_WEIGHTS`, or the signal's reason
 */
export async function sharedLogits(
  classifier: Pick<ReadingClassifier, 'model' | 'backwards'>,
  documents: TokenCorpus,
  { collective, batchSize = 64, ...options }: SharedLogitsOptions = {},
): Promise<number[][]> {
  if (collective === undefined || collective.size === 1)
    return documentLogits(classifier, documents, { batchSize, ...options });
  const shares = sharesOf(documents, batchSize, collective.size);
  const own = documents.subset(shares[collective.rank] ?? []);
  const { signal } = options;
  let rows: number[][] | undefined;
  try {
    rows = own.length === 0 ? [] : await documentLogits(classifier, own, { batchSize, ...options });
  } catch (error) {
    // The others wait for this rank, so it tells them.
    if (!signal?.aborted) throw error;
  }
  const all = await collective.gather(packed(rows), { isSlow: true });
  const logits: number[][] = new Array<number[]>(documents.length);
  for (const [rank, share] of shares.entries()) {
    const bytes = all[rank];
    if (!bytes?.[0]) throw stopped(signal);
    const numbers = new Float32Array(bytes.slice(1).buffer);
    const width = numbers.length / share.length;
    share.forEach((index, i) => (logits[index] = Array.from(numbers.subarray(i * width, (i + 1) * width))));
  }
  return logits;
}

/** The documents of each rank: batches of the longest first, as one process makes them, dealt out like cards. */
function sharesOf(documents: TokenCorpus, batchSize: number, size: number): readonly number[][] {
  const order = Array.from({ length: documents.length }, (_, i) => i).sort(
    (a, b) => documents.documentLength(b) - documents.documentLength(a),
  );
  const shares = Array.from({ length: size }, (): number[] => []);
  for (let from = 0; from < order.length; from += batchSize)
    shares[(from / batchSize) % size]?.push(...order.slice(from, from + batchSize));
  return shares;
}

/** Whether the rank has read its share, in a byte, and its rows. */
function packed(rows: readonly (readonly number[])[] | undefined): Uint8Array {
  const numbers = Float32Array.from(rows?.flat() ?? []);
  const bytes = new Uint8Array(1 + numbers.byteLength);
  bytes[0] = rows ? 1 : 0;
  bytes.set(new Uint8Array(numbers.buffer), 1);
  return bytes;
}

const stopped = (signal: AbortSignal | undefined): unknown =>
  signal?.aborted ? signal.reason : new DOMException('another rank was interrupted', 'AbortError');
