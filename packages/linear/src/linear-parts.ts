import { brief, UlmfitError } from '@ulmfit/errors';
import { z } from 'zod';
import { HashedNgrams } from './hashed-ngrams.js';
import { LinearClassifier } from './linear-classifier.js';
import { decodeNgrams, encodeNgrams } from './ngram-codec.js';
import { NgramVocabulary } from './ngram-vocabulary.js';
import { TfIdf, type TermWeights } from './tf-idf.js';

/** What a part of a linear model may be held in. */
export type LinearArray = Float32Array | Int32Array | Uint8Array;

/** A {@link LinearClassifier} as JSON and arrays, such as a bundle keeps. */
export interface LinearParts {
  /** What is no array: plain JSON. */
  readonly json: LinearJson;
  /** Arrays by name, such as `weights`; each is one-dimensional. */
  readonly arrays: Readonly<Record<string, LinearArray>>;
}

const count = z
  .int()
  .min(1)
  .max(2 ** 31 - 1);
const ngrams = z
  .tuple([z.int().min(1), z.int().max(10)])
  .refine(([shortest, longest]) => shortest <= longest)
  .readonly();
const unit = z.enum(['words', 'characters']);
/** Terms that each have a row of their own. */
export interface VocabularyTerms {
  readonly kind: 'vocabulary';
  readonly unit: 'words' | 'characters';
  /** The shortest and the longest run. */
  readonly ngrams: readonly [shortest: number, longest: number];
}

/** Terms that share rows by their hash. */
export interface HashedTerms {
  readonly kind: 'hashed';
  readonly unit: 'words' | 'characters';
  /** The shortest and the longest run. */
  readonly ngrams: readonly [shortest: number, longest: number];
  /** Rows, a power of two. */
  readonly buckets: number;
}

/** What {@link linearToParts} keeps as JSON. */
export interface LinearJson {
  readonly format: 1;
  readonly classes: number;
  readonly multiLabel: boolean;
  /** The number of texts of training. */
  readonly texts: number;
  /** Whether a term counts by the logarithm of how often a text has it. */
  readonly sublinear: boolean;
  readonly terms: readonly (VocabularyTerms | HashedTerms)[];
}

/** Reads a linear model's {@link LinearJson} back. */
export const linearJsonSchema: z.ZodType<LinearJson> = z
  .strictObject({
    format: z.literal(1),
    classes: count,
    multiLabel: z.boolean(),
    texts: count,
    sublinear: z.boolean(),
    terms: z
      .array(
        z.discriminatedUnion('kind', [
          z.strictObject({ kind: z.literal('vocabulary'), unit, ngrams }),
          z.strictObject({
            kind: z.literal('hashed'),
            unit,
            ngrams,
            buckets: z
              .int()
              .min(2)
              .max(2 ** 26)
              .refine((n) => Number.isInteger(Math.log2(n))),
          }),
        ]),
      )
      .min(1)
      .max(2)
      .readonly(),
  })
  .refine(({ classes, multiLabel }) => multiLabel || classes > 1);

/**
 * Takes a model apart for a file. The parts give back exactly the same model.
 * @example
 * const { json, arrays } = linearToParts(classifier);
 */
export function linearToParts({ model }: LinearClassifier): LinearParts {
  const { classes, multiLabel, tfIdf, weights, intercepts } = model;
  const arrays: Record<string, LinearArray> = { weights, intercepts };
  const terms = tfIdf.kinds.map(({ terms: own, documents }, i) => {
    if (own instanceof NgramVocabulary) {
      const encoded = encodeNgrams(own);
      arrays[`symbols.${i}`] = encoded.symbols;
      arrays[`ngrams.${i}`] = encoded.ngrams;
      return { kind: 'vocabulary' as const, unit: own.parts.unit, ngrams: own.parts.ngrams };
    }
    arrays[`documents.${i}`] = documents;
    const { unit: ownUnit, ngrams: range, size: buckets } = own;
    return { kind: 'hashed' as const, unit: ownUnit, ngrams: range, buckets };
  });
  const { texts, sublinear } = tfIdf;
  return { json: { format: 1, classes, multiLabel, texts, sublinear, terms }, arrays };
}

/**
 * Puts a model together again. The parts are checked, since they come from a file.
 * @throws UlmfitError `BAD_LINEAR_MODEL` for parts that are damaged or don't fit each other
 * @example
 * const same = linearFromParts(linearToParts(classifier));
 */
export function linearFromParts(parts: {
  readonly json: unknown;
  readonly arrays: Readonly<Record<string, unknown>>;
}): LinearClassifier {
  const parsed = linearJsonSchema.safeParse(parts.json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw damaged(
      `its description is damaged${issue?.path.length ? ` at ${brief(issue.path.join('.'))}` : ''}`,
    );
  }
  const { classes, multiLabel, texts, sublinear, terms } = parsed.data;
  const kinds = terms.map((kind, i): TermWeights => {
    if (kind.kind === 'vocabulary') {
      const symbols = arrayOf(parts.arrays, `symbols.${i}`, Uint8Array);
      const encoded = arrayOf(parts.arrays, `ngrams.${i}`, Uint8Array);
      const vocabulary = decodeNgrams({ symbols, ngrams: encoded }, { ...kind, texts });
      return { terms: vocabulary, documents: vocabulary.documents };
    }
    const documents = arrayOf(parts.arrays, `documents.${i}`, Int32Array);
    if (documents.length !== kind.buckets || !documents.every((n) => n >= 0 && n <= texts)) {
      throw damaged(`documents.${i} is damaged`);
    }
    return { terms: new HashedNgrams(kind.unit, kind.ngrams, kind.buckets), documents };
  });
  const tfIdf = new TfIdf(kinds, texts, sublinear);
  const weights = arrayOf(parts.arrays, 'weights', Float32Array);
  const intercepts = arrayOf(parts.arrays, 'intercepts', Float32Array);
  const outputs = !multiLabel && classes === 2 ? 1 : classes;
  for (const [name, values, length] of [
    ['weights', weights, tfIdf.size * outputs],
    ['intercepts', intercepts, outputs],
  ] as const) {
    if (values.length !== length) throw damaged(`${name} has ${values.length} numbers, not ${length}`);
    if (!values.every(Number.isFinite)) throw damaged(`${name} has numbers that are not finite`);
  }
  return new LinearClassifier({ classes, multiLabel, tfIdf, weights, intercepts });
}

function arrayOf<A extends LinearArray>(
  arrays: Readonly<Record<string, unknown>>,
  name: string,
  type: new (length: number) => A,
): A {
  const value = Object.hasOwn(arrays, name) ? arrays[name] : undefined;
  if (!(value instanceof type)) throw damaged(`${name} is missing or no ${type.name}`);
  return value;
}

const damaged = (what: string) =>
  new UlmfitError('BAD_LINEAR_MODEL', `the linear model: ${what}; copy the model again`);
