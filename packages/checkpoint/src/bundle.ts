import type { Tensor } from '@tensorflow/tfjs-core';
import { brief, showName, UlmfitError } from '@ulmfit/errors';
import {
  digestAnywhere,
  digestOf,
  type FileDigest,
  fileDigestSchema,
  type FileSystem,
  guardFiles,
  mismatch,
  nodeFileSystem,
  parentOf,
  removeQuietly,
  temporaryName,
} from '@ulmfit/files/portable';
import { z } from 'zod';
import { tensorsFromSafetensors, tensorsToSafetensors } from './safetensors.js';
import { textList, validateJson } from './validate-json.js';

const DESCRIPTION = 'bundle.json';
const VOCABULARY = 'vocabulary.json';
const WEIGHTS = 'weights.safetensors';
const LINEAR = 'linear.safetensors';

/** The files of a bundle, to be fetched where there is no folder. One with a linear model has {@link linearFile} too. */
export const bundleFiles = [DESCRIPTION, VOCABULARY, WEIGHTS] as const;
export const linearFile = LINEAR;
export type BundleFile = (typeof bundleFiles)[number];

/** The bytes of a bundle's files. */
export type BundleParts<T> = Readonly<Record<BundleFile, T>> & { readonly [LINEAR]?: T | undefined };

const text = z.string().min(1, 'expected a text that is not empty');
const texts = textList((item) => item !== '', 'expected a text that is not empty');
const isDistinct = (items: readonly string[]) => new Set(items).size === items.length;

/** The shape of `bundle.json`. */
export const bundleDescriptionSchema = z
  .strictObject({
    /** What the weights are of. */
    kind: z.enum(['language-model', 'classifier']),
    /** What the encoder is. Bundles of the first version say nothing: it was AWD-LSTM always. */
    architecture: text.optional(),
    /** The sizes and settings that the model is made with; its maker checks them. */
    config: z.record(z.string(), z.json()),
    /** The classes in the order of the logits; empty for a language model. */
    labels: texts.readonly().refine(isDistinct, 'a label stands twice'),
    /** How a classifier's logits become classes; its maker checks it. Bundles of the first version have none. */
    decision: z.record(z.string(), z.json()).optional(),
    /** What the text has to be cut up by: a name and the fingerprint of the rules. */
    tokenizer: z.strictObject({
      name: text,
      rules: text,
      /** The fingerprint of what else decides the tokens, such as the engine's data for languages. */
      environment: text.optional(),
    }),
    specialTokens: texts.readonly(),
    /** Whether documents are read from their first word or from their last. */
    direction: z.enum(['forward', 'backward']),
  })
  .refine((d) => (d.kind === 'classifier' ? d.labels.length > 0 : d.labels.length === 0), {
    path: ['labels'],
    message: 'a classifier has at least one, a language model none',
  });

/** All that `bundle.json` says of a model, but for the checksums. */
export type BundleDescription = z.infer<typeof bundleDescriptionSchema>;

/** An exported model: everything that prediction needs. */
export interface Bundle extends BundleDescription {
  /** The word of each id. */
  readonly vocabulary: readonly string[];
  /** Parameters and buffers by name. */
  readonly weights: Readonly<Record<string, Tensor>>;
  /** The file of a linear model that is blended with it; its maker reads and checks it. */
  readonly linear?: Uint8Array | undefined;
}

const headerSchema = z.looseObject({
  format: z.literal(1, 'this version reads 1; update it, or export the model again'),
  /** Of the description itself; bundles of the first version have none. */
  sha256: z.string().optional(),
  files: z.strictObject({
    [VOCABULARY]: fileDigestSchema,
    [WEIGHTS]: fileDigestSchema,
    [LINEAR]: fileDigestSchema.optional(),
  }),
});
const vocabularySchema = textList(() => true, 'expected a word').refine(
  (words) => words.length > 0,
  'it has no words',
);

/**
 * Writes a bundle whole or not at all, in place of one that stands there. The tensors stay the caller's.
 * @throws UlmfitError `BAD_BUNDLE` where its parts contradict each other, `FOLDER_IN_USE` where something else stands
 *   there, `BAD_TENSOR`, `FILE_ERROR`
 */
export function writeBundle(folder: string, bundle: Bundle, files: FileSystem = nodeFileSystem): void {
  const { vocabulary, weights, linear, ...description } = bundle;
  const fail = failIn(folder);
  checkDescription(description, fail);
  checkVocabulary(bundle, fail);
  requireReplaceable(folder, files);
  const parts = {
    [VOCABULARY]: encode(vocabulary),
    [WEIGHTS]: tensorsToSafetensors(weights),
    ...(linear && { [LINEAR]: linear }),
  };
  const digests = Object.fromEntries(Object.entries(parts).map(([name, bytes]) => [name, digestOf(bytes)]));
  const said = { format: 1, ...description, files: digests };
  const sealed = { ...said, sha256: digestOf(encode(said)).sha256 };
  const temporary = temporaryName(folder);
  guardFiles(`write the bundle ${folder}`, () => {
    try {
      files.makeFolder(temporary);
      for (const [name, bytes] of Object.entries(parts)) files.write(`${temporary}/${name}`, bytes);
      files.write(`${temporary}/${DESCRIPTION}`, encode(sealed, 2));
      files.syncFolder(temporary);
      replaceFolder(folder, temporary, files);
    } catch (error) {
      removeQuietly(temporary, files);
      throw error;
    }
    files.syncFolder(parentOf(folder));
  });
}

/**
 * Reads a bundle's folder and checks all of it. The caller owns the tensors.
 * @throws UlmfitError `BAD_BUNDLE`, `BAD_SAFETENSORS`, `FILE_ERROR`
 */
export function readBundle(folder: string, files: FileSystem = nodeFileSystem): Bundle {
  const read = (name: keyof BundleParts<unknown>) =>
    guardFiles(`read ${folder}/${name}`, () => files.read(`${folder}/${name}`));
  const parts = {
    [DESCRIPTION]: read(DESCRIPTION),
    [VOCABULARY]: read(VOCABULARY),
    [WEIGHTS]: read(WEIGHTS),
    ...(files.exists(`${folder}/${LINEAR}`) && { [LINEAR]: read(LINEAR) }),
  };
  const linear = parts[LINEAR];
  const digests = {
    [DESCRIPTION]: digestOf(saidIn(parts[DESCRIPTION])),
    [VOCABULARY]: digestOf(parts[VOCABULARY]),
    [WEIGHTS]: digestOf(parts[WEIGHTS]),
    ...(linear && { [LINEAR]: digestOf(linear) }),
  };
  return assemble(parts, digests, folder);
}

/**
 * The same from bytes, such as a browser has fetched ({@link bundleFiles} are the names). The caller owns the tensors.
 * @param label what to call the bundle in messages
 * @throws UlmfitError `BAD_BUNDLE`, `BAD_SAFETENSORS`
 */
export async function bundleFromBytes(parts: BundleParts<Uint8Array>, label = 'the bundle'): Promise<Bundle> {
  const given = parts[LINEAR];
  const [description, vocabulary, weights, linear] = await Promise.all([
    digestAnywhere(saidIn(parts[DESCRIPTION])),
    digestAnywhere(parts[VOCABULARY]),
    digestAnywhere(parts[WEIGHTS]),
    given && digestAnywhere(given),
  ]);
  const digests = {
    ...{ [DESCRIPTION]: description, [VOCABULARY]: vocabulary, [WEIGHTS]: weights },
    ...(linear && { [LINEAR]: linear }),
  };
  return assemble(parts, digests, label);
}

const encode = (json: unknown, indent?: number): Uint8Array =>
  new TextEncoder().encode(`${JSON.stringify(json, null, indent)}\n`);

/** What a description's checksum is of: all of it but the checksum, whatever its spaces. */
function saidIn(description: Uint8Array): Uint8Array {
  try {
    const { sha256: _, ...said } = JSON.parse(new TextDecoder().decode(description)) as Record<
      string,
      unknown
    >;
    return encode(said);
  } catch {
    return description; // Refused when it is checked.
  }
}

type Fail = (file: keyof BundleParts<unknown>, what: string) => UlmfitError;
const failIn =
  (label: string): Fail =>
  (file, what) =>
    new UlmfitError('BAD_BUNDLE', `${label}/${file}: ${what}`);

function assemble(parts: BundleParts<Uint8Array>, digests: BundleParts<FileDigest>, label: string): Bundle {
  const fail = failIn(label);
  // The version first: another one may differ in everything else.
  const {
    format: _,
    files,
    sha256,
    ...rest
  } = validateJson(headerSchema, parts[DESCRIPTION], (what) => fail(DESCRIPTION, what));
  const description = checkDescription(rest, fail);
  if (sha256 !== undefined && sha256 !== digests[DESCRIPTION].sha256) {
    throw fail(
      DESCRIPTION,
      'does not match its own checksum; copy the bundle again, or, if you edited it, take out "sha256"',
    );
  }
  for (const name of [VOCABULARY, WEIGHTS] as const) {
    const wrong = mismatch(files[name], digests[name]);
    if (wrong) throw fail(name, `${wrong}; copy the bundle again`);
  }
  const linear = files[LINEAR] && linearPart(files[LINEAR], parts[LINEAR], digests[LINEAR], fail);
  const vocabulary = validateJson(vocabularySchema, parts[VOCABULARY], (what) => fail(VOCABULARY, what));
  const weights = tensorsFromSafetensors(parts[WEIGHTS], `${label}/${WEIGHTS}`);
  const bundle = { ...description, vocabulary, weights, ...(linear && { linear }) };
  try {
    checkVocabulary(bundle, fail);
  } catch (error) {
    for (const tensor of Object.values(weights)) tensor.dispose();
    throw error;
  }
  return bundle;
}

/** The linear model's file, which the description names. One that it does not name is none of the bundle's. */
function linearPart(
  said: FileDigest,
  bytes: Uint8Array | undefined,
  digest: FileDigest | undefined,
  fail: Fail,
): Uint8Array {
  if (!bytes || !digest) throw fail(LINEAR, 'is missing; copy the bundle again');
  const wrong = mismatch(said, digest);
  if (wrong) throw fail(LINEAR, `${wrong}; copy the bundle again`);
  return bytes;
}

function checkDescription(value: unknown, fail: Fail): BundleDescription {
  const result = bundleDescriptionSchema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw fail(DESCRIPTION, `${issue?.path.map(String).join('.') || 'it'}: ${issue?.message ?? 'malformed'}`);
}

function checkVocabulary({ vocabulary, specialTokens, weights }: Bundle, fail: Fail): void {
  const words = new Set(vocabulary);
  const missing = specialTokens.filter((token) => !words.has(token));
  if (missing.length > 0)
    throw fail(VOCABULARY, `without the special tokens ${missing.map(showName).join(', ')}`);
  const rows = weights['embedding']?.shape;
  if (rows && rows[0] !== vocabulary.length) {
    throw fail(VOCABULARY, `${vocabulary.length} words, and the embedding has the shape ${brief(rows)}`);
  }
}

/** A bundle is replaced, and an empty folder; someone else's files would be lost. */
function requireReplaceable(folder: string, files: FileSystem): void {
  const there = guardFiles(`list ${folder}`, () => (files.exists(folder) ? files.list(folder) : []));
  if (there.length === 0 || there.includes(DESCRIPTION)) return;
  throw new UlmfitError(
    'FOLDER_IN_USE',
    `${folder} holds ${there.slice(0, 3).join(', ')}, and no ${DESCRIPTION}: it would be replaced by the model; give another folder`,
  );
}

/** Puts a folder in another's place. What stood there goes back where that fails. */
function replaceFolder(target: string, replacement: string, files: FileSystem): void {
  if (!files.exists(target)) return files.rename(replacement, target);
  const away = temporaryName(target);
  files.rename(target, away);
  try {
    files.rename(replacement, target);
  } catch (error) {
    files.rename(away, target);
    throw error;
  }
  removeQuietly(away, files);
}
