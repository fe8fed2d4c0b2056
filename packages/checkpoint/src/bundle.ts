import type { Tensor } from '@tensorflow/tfjs-core';
import { brief, showName, UlmfitError } from '@ulmfit/errors';
import {
  digestAnywhere,
  digestOf,
  type FileDigest,
  fileDigestSchema,
  type FileSystem,
  guardFiles,
  isZip,
  mismatch,
  nodeFileSystem,
  parentOf,
  removeQuietly,
  temporaryName,
  writeAtomically,
  ZipArchive,
} from '@ulmfit/files/portable';
import type { Json } from '@ulmfit/trainer';
import { z } from 'zod';
import { packWeights, unpackWeights, type WeightFormat } from './packed-weights.js';
import { readSafetensors, serializeSafetensors } from './safetensors.js';
import { rawFromTensors, tensorsFromRaw } from './tensor-conversion.js';
import { zipOf } from './zip-of.js';
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

/** What a model's texts have to be cut up by. */
export interface BundleTokenizer {
  readonly name: string;
  /** The fingerprint of its rules. */
  readonly rules: string;
  /** The fingerprint of what else decides the tokens, such as the engine's data for languages. */
  readonly environment?: string | undefined;
}

/** All that `bundle.json` says of a model, but for the checksums. */
export interface BundleDescription {
  /** What the weights are of. */
  readonly kind: 'language-model' | 'classifier';
  /** What the encoder is. Bundles of the first version say nothing: it was AWD-LSTM always. */
  readonly architecture?: string | undefined;
  /** The sizes and settings that the model is made with; its maker checks them. */
  readonly config: Readonly<Record<string, Json>>;
  /** The classes in the order of the logits; empty for a language model. */
  readonly labels: readonly string[];
  /** How the weights are stored, where that is not float32. */
  readonly weightFormat?: 'float16' | 'int8' | undefined;
  /** How a classifier's logits become classes; its maker checks it. Bundles of the first version have none. */
  readonly decision?: Readonly<Record<string, Json>> | undefined;
  readonly tokenizer: BundleTokenizer;
  readonly specialTokens: readonly string[];
  /** Whether documents are read from their first word or from their last. */
  readonly direction: 'forward' | 'backward';
}

/** Reads a {@link BundleDescription}. */
export const bundleDescriptionSchema: z.ZodType<BundleDescription> = z
  .strictObject({
    kind: z.enum(['language-model', 'classifier']),
    architecture: text.optional(),
    config: z.record(z.string(), z.json()),
    labels: texts.readonly().refine(isDistinct, 'a label appears twice'),
    weightFormat: z.enum(['float16', 'int8']).optional(),
    decision: z.record(z.string(), z.json()).optional(),
    tokenizer: z.strictObject({
      name: text,
      rules: text,
      environment: text.optional(),
    }),
    specialTokens: texts.readonly(),
    direction: z.enum(['forward', 'backward']),
  })
  .refine((d) => (d.kind === 'classifier' ? d.labels.length > 0 : d.labels.length === 0), {
    path: ['labels'],
    message: 'a classifier has at least one, a language model none',
  });

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

export interface BundleToBytesOptions {
  /** How the weights are stored. Default `float32`. */
  readonly weightFormat?: WeightFormat | undefined;
}

/**
 * The files of a bundle, by their names. The tensors stay the caller's.
 * @param label what to call the bundle in messages
 * @throws UlmfitError `BAD_BUNDLE` where its parts contradict each other, `BAD_TENSOR`, `VALUE_OUT_OF_RANGE`
 * @example
 * const parts = bundleToBytes(readBundle('model'), 'model', { weightFormat: 'int8' });
 */
export function bundleToBytes(
  bundle: Bundle,
  label = 'the bundle',
  { weightFormat = 'float32' }: BundleToBytesOptions = {},
): BundleParts<Uint8Array> {
  const { description, parts } = contentsOf(bundle, label, weightFormat);
  const digests = Object.fromEntries(Object.entries(parts).map(([name, bytes]) => [name, digestOf(bytes)]));
  const said = { format: 1, ...description, files: digests };
  return { [DESCRIPTION]: encode({ ...said, sha256: digestOf(encode(said)).sha256 }, 2), ...parts };
}

/**
 * A bundle as one file, in a browser as in Node: to be offered for download, or kept. The tensors stay the caller's.
 * @param label what to call the bundle in messages
 * @throws UlmfitError `BAD_BUNDLE` where its parts contradict each other, `BAD_TENSOR`, `VALUE_OUT_OF_RANGE`
 * @example
 * const bytes = await bundleFileBytes(readBundle('model'));
 */
export async function bundleFileBytes(
  bundle: Bundle,
  label = 'the bundle',
  { weightFormat = 'float32' }: BundleToBytesOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const { description, parts } = contentsOf(bundle, label, weightFormat);
  const files: Record<string, FileDigest> = {};
  for (const [name, bytes] of Object.entries(parts)) files[name] = await digestAnywhere(bytes);
  const said = { format: 1, ...description, files };
  const { sha256 } = await digestAnywhere(encode(said));
  // The cast: a `Blob` is made of no other, and fflate's types don't say so.
  return zipOf({ [DESCRIPTION]: encode({ ...said, sha256 }, 2), ...parts }) as Uint8Array<ArrayBuffer>;
}

/** What a bundle's description says, and its other files. */
function contentsOf(bundle: Bundle, label: string, weightFormat: WeightFormat) {
  const { vocabulary, weights, linear, weightFormat: _, ...rest } = bundle;
  const description = weightFormat === 'float32' ? rest : { ...rest, weightFormat };
  const fail = failIn(label);
  checkDescription(description, fail);
  checkVocabulary(bundle, fail);
  const parts = {
    [VOCABULARY]: encode(vocabulary),
    [WEIGHTS]: serializeSafetensors(packWeights(rawFromTensors(weights), weightFormat)),
    ...(linear && { [LINEAR]: linear }),
  };
  return { description, parts };
}

/**
 * Writes a bundle whole or not at all, replacing one that is there. The tensors stay the caller's.
 * @throws UlmfitError `BAD_BUNDLE` where its parts contradict each other, `FOLDER_IN_USE` where something else stands
 *   there, `BAD_TENSOR`, `FILE_ERROR`
 * @example
 * writeBundle('copy', readBundle('model'));
 */
export function writeBundle(folder: string, bundle: Bundle, files: FileSystem = nodeFileSystem): void {
  const parts = bundleToBytes(bundle, folder);
  requireReplaceable(folder, files);
  const temporary = temporaryName(folder);
  guardFiles(`write the bundle ${folder}`, () => {
    try {
      files.makeFolder(temporary);
      // The description last: without it there is no bundle.
      const { [DESCRIPTION]: description, ...rest } = parts;
      for (const [name, bytes] of Object.entries(rest)) if (bytes) files.write(`${temporary}/${name}`, bytes);
      files.write(`${temporary}/${DESCRIPTION}`, description);
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
 * @example
 * const { kind, vocabulary, weights } = readBundle('model');
 * console.log(kind, vocabulary.length, Object.keys(weights));
 */
export function readBundle(folder: string, files: FileSystem = nodeFileSystem): Bundle {
  const read = (name: keyof BundleParts<unknown>) =>
    guardFiles(`read ${folder}/${name}`, () => files.read(`${folder}/${name}`));
  return bundleFromParts(
    partsOf(read, (name) => files.exists(`${folder}/${name}`)),
    folder,
  );
}

/**
 * Reads a bundle that is one file ({@link writeBundleFile}) and checks all of it. The caller owns the tensors.
 * @throws UlmfitError `BAD_ZIP`, `BAD_BUNDLE`, `BAD_SAFETENSORS`, `FILE_ERROR`
 * @example
 * const { kind, weights } = readBundleFile('model.ulmfit');
 */
export const readBundleFile = (path: string, files: FileSystem = nodeFileSystem): Bundle =>
  bundleFromParts(
    partsOfFile(
      guardFiles(`read ${path}`, () => files.read(path)),
      path,
    ),
    path,
  );

/**
 * Writes a bundle as one file: a zip of the folder's files, with weights uncompressed and aligned to 64 bytes. It replaces an
 * existing model file, whole or not at all. The tensors stay the caller's.
 * @returns its bytes
 * @throws UlmfitError `BAD_BUNDLE` where its parts contradict each other, `BAD_TENSOR`, `VALUE_OUT_OF_RANGE`, `FOLDER_IN_USE`, `FILE_ERROR`
 * @example
 * const bytes = writeBundleFile('small.ulmfit', readBundle('model'), { weightFormat: 'float16' });
 */
export function writeBundleFile(
  path: string,
  bundle: Bundle,
  { files = nodeFileSystem, ...options }: BundleToBytesOptions & { readonly files?: FileSystem } = {},
): number {
  const bytes = zipOf(bundleToBytes(bundle, path, options));
  // Someone else's file would be lost.
  if (files.exists(path) && !isZip(guardFiles(`read ${path}`, () => files.read(path)))) {
    throw new UlmfitError('FOLDER_IN_USE', `${path}: exists and is not a model file; give another name`);
  }
  writeAtomically(path, bytes, files);
  return bytes.length;
}

/**
 * The files of a bundle that is one file.
 * @param label what to call it in messages
 * @throws UlmfitError `BAD_ZIP`
 * @example
 * const bundle = await bundleFromBytes(partsOfFile(readFileSync('model.ulmfit'), 'model.ulmfit'));
 */
export function partsOfFile(bytes: Uint8Array, label: string): BundleParts<Uint8Array> {
  if (!isZip(bytes)) {
    throw new UlmfitError(
      'BAD_ZIP',
      `${label}: is not a model file; give one that \`ulmfit export\` wrote, or a model's folder`,
    );
  }
  const archive = new ZipArchive(bytes, label);
  return partsOf(
    (name) => archive.read(name),
    (name) => archive.has(name),
  );
}

function partsOf(
  read: (name: keyof BundleParts<unknown>) => Uint8Array,
  has: (name: string) => boolean,
): BundleParts<Uint8Array> {
  const parts = {
    [DESCRIPTION]: read(DESCRIPTION),
    [VOCABULARY]: read(VOCABULARY),
    [WEIGHTS]: read(WEIGHTS),
  };
  return has(LINEAR) ? { ...parts, [LINEAR]: read(LINEAR) } : parts;
}

function bundleFromParts(parts: BundleParts<Uint8Array>, label: string): Bundle {
  const linear = parts[LINEAR];
  const digests = {
    [DESCRIPTION]: digestOf(saidIn(parts[DESCRIPTION])),
    [VOCABULARY]: digestOf(parts[VOCABULARY]),
    [WEIGHTS]: digestOf(parts[WEIGHTS]),
    ...(linear && { [LINEAR]: digestOf(linear) }),
  };
  return assemble(parts, digests, label);
}

/**
 * The same from bytes, such as a browser has fetched ({@link bundleFiles} are the names). The caller owns the tensors.
 * @param label what to call the bundle in messages
 * @throws UlmfitError `BAD_BUNDLE`, `BAD_SAFETENSORS`
 * @example
 * const parts = bundleToBytes(readBundle('model'));
 * const bundle = await bundleFromBytes(parts, 'model');
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

/** A file of a bundle as it is found. */
export interface InspectedFile {
  readonly name: string;
  readonly bytes: number;
  /** What is wrong with it; absent where it is what was written. */
  readonly problem?: string | undefined;
}

/** A tensor as a file stores it. */
export interface StoredTensor {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
}

/** What a bundle says of itself, and whether its files are those that were written. */
export interface BundleInspection {
  readonly description: BundleDescription;
  readonly files: readonly InspectedFile[];
  /** The number of words. */
  readonly vocabulary: number;
  /** What is stored of the weights: their types and shapes. */
  readonly tensors: readonly StoredTensor[];
}

/**
 * Describes a bundle without creating its weights, so without a backend. Damaged files are reported, not refused.
 * @param label what to call the bundle in messages
 * @throws UlmfitError `BAD_BUNDLE` where not even its description can be read
 * @example
 * const { description, tensors } = inspectBundle(partsOfFile(readFileSync('model.ulmfit'), 'model.ulmfit'));
 * console.log(description.kind, tensors.length);
 */
export function inspectBundle(parts: BundleParts<Uint8Array>, label = 'the bundle'): BundleInspection {
  const fail = failIn(label);
  const header = validateJson(headerSchema, parts[DESCRIPTION], (what) => fail(DESCRIPTION, what));
  const { format: _, files, sha256, ...rest } = header;
  const description = checkDescription(rest, fail);
  const said: Readonly<Record<string, FileDigest | undefined>> = files;
  const found = [DESCRIPTION, VOCABULARY, WEIGHTS, LINEAR] as const;
  const inspected = found.flatMap((name): InspectedFile[] => {
    const bytes = parts[name];
    if (!bytes) return said[name] ? [{ name, bytes: 0, problem: 'is missing' }] : [];
    const problem =
      name === DESCRIPTION
        ? sha256 !== undefined && sha256 !== digestOf(saidIn(bytes)).sha256
          ? 'does not match its own checksum'
          : undefined
        : said[name] && mismatch(said[name], digestOf(bytes));
    return [{ name, bytes: bytes.length, ...(problem !== undefined && { problem }) }];
  });
  return {
    description,
    files: inspected,
    ...attempt(
      () => ({
        vocabulary: validateJson(vocabularySchema, parts[VOCABULARY], (what) => fail(VOCABULARY, what))
          .length,
      }),
      { vocabulary: 0 },
    ),
    ...attempt(() => ({ tensors: storedTensors(parts[WEIGHTS], `${label}/${WEIGHTS}`) }), { tensors: [] }),
  };
}

/** What can't be read of a damaged file is left out; its checksum tells that it is. */
function attempt<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof UlmfitError) return otherwise;
    throw error;
  }
}

const storedTensors = (bytes: Uint8Array, path: string): BundleInspection['tensors'] =>
  Array.from(readSafetensors(bytes, path).tensors, ([name, { dtype, shape }]) => ({ name, dtype, shape }));

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
  const path = `${label}/${WEIGHTS}`;
  const { tensors } = readSafetensors(parts[WEIGHTS], path);
  const weights = tensorsFromRaw(
    description.weightFormat === 'int8' ? unpackWeights(tensors, path) : tensors,
  );
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
    `${folder} holds ${there.slice(0, 3).join(', ')} but no ${DESCRIPTION}, and the model would replace it; give another folder`,
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
