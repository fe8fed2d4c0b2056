import { UlmfitError } from '@ulmfit/errors';
import type { LabelledText } from '@ulmfit/text';
import { GrowingInts } from './growing-ints.js';
import { HashedNgrams } from './hashed-ngrams.js';
import type { NgramVocabulary } from './ngram-vocabulary.js';
import { NgramVocabularyBuilder } from './ngram-vocabulary-builder.js';
import type { NgramRange, NgramUnit } from './ngrams.js';
import type { Pacer } from './pacer.js';
import type { SparseRows } from './sparse-rows.js';
import { TermCounts } from './term-counts.js';
import { TfIdf, type TermWeights } from './tf-idf.js';

export interface TrainingRowsOptions {
  readonly classes: number;
  readonly multiLabel: boolean;
  readonly kinds: readonly { readonly unit: NgramUnit; readonly ngrams: NgramRange }[];
  /** Undefined for the one that suits the number of texts. */
  readonly minCount: number | undefined;
  readonly maxFeatures: number;
  /** The number of buckets, or undefined for a vocabulary. */
  readonly buckets: number | undefined;
  readonly sublinear: boolean;
  readonly pacer: Pacer;
  readonly onTexts: (texts: number) => void;
}

export interface TrainingRows {
  readonly tfIdf: TfIdf;
  readonly rows: SparseRows;
  /** The labels of row r are `labels[labelStarts[r]] .. labels[labelStarts[r + 1] - 1]`. */
  readonly labels: Int32Array;
  readonly labelStarts: Int32Array;
}

/** Terms of one kind as they come: counted by a number that may change at the end. */
interface TermCollector {
  /** Leaves the terms of a text in `counts`. */
  add(text: string, counts: TermCounts): void;
  /** The terms that are kept, in how many texts each was, and the term of each number that was counted, or -1. */
  finish(texts: number): TermWeights & { readonly termOf: Int32Array };
}

/** Reads texts once and makes their TF-IDF vectors: nothing of the texts themselves stays in memory but the terms. */
export async function readTrainingRows(
  texts: Iterable<LabelledText> | AsyncIterable<LabelledText>,
  options: TrainingRowsOptions,
): Promise<TrainingRows> {
  const collectors = options.kinds.map(({ unit, ngrams }) =>
    options.buckets === undefined
      ? vocabularyCollector(unit, ngrams, options)
      : hashCollector(new HashedNgrams(unit, ngrams, options.buckets)),
  );
  const found = collectors.map(() => ({
    terms: new GrowingInts(),
    counts: new GrowingInts(),
    sizes: new GrowingInts(),
  }));
  const labels = new GrowingInts();
  const labelSizes = new GrowingInts();
  const counts = new TermCounts();
  let rows = 0;
  for await (const { text, labels: own } of texts) {
    labels.push(checkedLabels(own, rows, options));
    labelSizes.push(Int32Array.of(own.length));
    collectors.forEach((collector, kind) => {
      const { terms, counts: howOften, sizes } = found[kind] as (typeof found)[number];
      collector.add(text, counts);
      terms.push(counts.terms.subarray(0, counts.size));
      howOften.push(counts.counts.subarray(0, counts.size));
      sizes.push(Int32Array.of(counts.size));
    });
    rows++;
    if (options.pacer.isDue()) {
      options.onTexts(rows);
      await options.pacer.rest();
    }
  }
  options.onTexts(rows);
  if (rows === 0) throw new UlmfitError('EMPTY_CORPUS', 'no texts to train on; give some with their labels');

  const kinds = collectors.map((collector) => collector.finish(rows));
  const tfIdf = new TfIdf(kinds, rows, options.sublinear);
  const starts = new Float64Array(rows + 1);
  let total = 0;
  for (const { terms } of found) total += terms.length;
  const columns = new Int32Array(total);
  const values = new Float32Array(total);
  const at = found.map(() => 0);
  let filled = 0;
  for (let row = 0; row < rows; row++) {
    const from = filled;
    const howOften = new Int32Array(
      found.reduce((sum, { sizes }) => sum + (sizes.values()[row] as number), 0),
    );
    let offset = 0;
    found.forEach(({ terms, counts: count, sizes }, kind) => {
      const { termOf, terms: kept } = kinds[kind] as (typeof kinds)[number];
      const begin = at[kind] as number;
      const end = begin + (sizes.values()[row] as number);
      at[kind] = end;
      // The kept terms are numbered in another order: one number of term and count each sorts fast.
      const pairs = new Float64Array(end - begin);
      let size = 0;
      for (let i = begin; i < end; i++) {
        const term = termOf[terms.values()[i] as number] as number;
        if (term >= 0)
          pairs[size++] = term * COUNT_LIMIT + Math.min(COUNT_LIMIT - 1, count.values()[i] as number);
      }
      for (const pair of pairs.subarray(0, size).sort()) {
        columns[filled] = offset + Math.floor(pair / COUNT_LIMIT);
        howOften[filled - from] = pair % COUNT_LIMIT;
        filled++;
      }
      offset += kept.size;
    });
    tfIdf.weigh(columns.subarray(from, filled), howOften, values.subarray(from, filled));
    starts[row + 1] = filled;
    if (options.pacer.isDue()) await options.pacer.rest();
  }
  const labelStarts = new Int32Array(rows + 1);
  labelSizes.values().forEach((size, row) => (labelStarts[row + 1] = (labelStarts[row] as number) + size));
  return {
    tfIdf,
    rows: {
      rows,
      columnCount: tfIdf.size,
      starts,
      columns: columns.slice(0, filled),
      values: values.slice(0, filled),
    },
    labels: labels.values(),
    labelStarts,
  };
}

/** From here on what is in one text alone is dropped: it brings nothing, and is most of the terms. */
const MANY_TEXTS = 1000;

/** A count beside a term's number still fits in a double. */
const COUNT_LIMIT = 2 ** 20;

function vocabularyCollector(
  unit: NgramUnit,
  ngrams: NgramRange,
  { minCount, maxFeatures }: TrainingRowsOptions,
): TermCollector {
  const builder = new NgramVocabularyBuilder(unit, ngrams);
  return {
    add: (text, counts) => builder.add(text, counts),
    finish: (texts) => {
      const all = builder.build(minCount ?? (texts < MANY_TEXTS ? 1 : 2));
      const { vocabulary, termOf } = mostFrequent(all.vocabulary, maxFeatures);
      const documents = vocabulary.documents;
      if (vocabulary === all.vocabulary) return { terms: vocabulary, documents, termOf: all.termOf };
      const chained = all.termOf.map((term) => (term < 0 ? -1 : (termOf[term] as number)));
      return { terms: vocabulary, documents, termOf: chained };
    },
  };
}

/** The terms in the most texts; of those in equally many, the first. */
function mostFrequent(vocabulary: NgramVocabulary, maxFeatures: number) {
  const { size, documents } = vocabulary;
  if (size <= maxFeatures) return { vocabulary, termOf: documents };
  const order = Float64Array.from(documents, (count, term) => -count * 2 ** 28 + term).sort();
  const last = order[maxFeatures - 1] as number;
  return vocabulary.keep((term) => -(documents[term] as number) * 2 ** 28 + term <= last);
}

function hashCollector(terms: HashedNgrams): TermCollector {
  const documents = new Int32Array(terms.size);
  return {
    add: (text, counts) => {
      terms.count(text, counts, 0);
      counts.sort();
      for (let i = 0; i < counts.size; i++) {
        const bucket = counts.terms[i] as number;
        documents[bucket] = (documents[bucket] as number) + 1;
      }
    },
    finish: () => ({ terms, documents, termOf: Int32Array.from(documents, (_, bucket) => bucket) }),
  };
}

function checkedLabels(
  labels: readonly number[],
  row: number,
  { classes, multiLabel }: TrainingRowsOptions,
): Int32Array {
  const isWrong = labels.some((label) => !Number.isInteger(label) || label < 0 || label >= classes);
  if (isWrong || new Set(labels).size !== labels.length) {
    throw new UlmfitError(
      'BAD_LABELS',
      `text ${row + 1}: labels [${labels.slice(0, 8).join(', ')}]; give different indices from 0 to ${classes - 1}`,
    );
  }
  if (!multiLabel && labels.length !== 1) {
    throw new UlmfitError(
      'BAD_LABELS',
      `text ${row + 1} has ${labels.length} labels; give one, or set "multiLabel"`,
    );
  }
  return Int32Array.from(labels);
}
