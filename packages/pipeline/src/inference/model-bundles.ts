import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { dispose, type Tensor } from '@tensorflow/tfjs-core';
import {
  createClassifier,
  createLanguageModel,
  type AnyEncoder,
  type Classifier,
  type LanguageModel,
} from '@ulmfit/awd-lstm';
import {
  fromFastai,
  linearFile,
  readBundle,
  readItos,
  readPytorch,
  tensorsFromRaw,
  writeBundle,
  type Bundle,
} from '@ulmfit/checkpoint';
import { showName, UlmfitError } from '@ulmfit/errors';
import type { LinearClassifier } from '@ulmfit/linear';
import { specialTokens, Vocabulary, type Tokenizer } from '@ulmfit/text';
import { assignByName, type Json } from '@ulmfit/trainer';
import { z } from 'zod';
import { bundleEncoder, isOfAwdLstm } from './bundle-architecture.js';
import { bundleTokenizer, type LoadBundleOptions } from './bundle-tokenizer.js';
import { plainDecision, type DecidedClassifier } from './decided-classifier.js';
import { layerWeights } from '../recipe/encoder-sizes.js';
import { decisionSchema, type Decision } from '../judge/decision.js';
import { linearFromBytes, linearToBytes } from './linear-file.js';
import { requireSoundWeights } from './require-sound-weights.js';
import type { TrainedLanguageModel } from '../stages/language-model-stage.js';
import { encoderJson } from '../stages/stage-encoder.js';

const count = z.number().int().positive();

const awdLstmSchema = z.strictObject({
  vocabulary: count,
  embedding: count,
  hidden: count,
  layers: count,
  padIndex: z.number().int().nonnegative(),
});

/** The sizes of another encoder are looked at by its architecture. */
const otherSchema = z.object({ vocabulary: count }).catchall(z.json());

const classifierSchema = z.strictObject({
  classes: count,
  /** Bundles of earlier versions have one label a text. */
  multiLabel: z.boolean().default(false),
  window: count,
  maxLength: count,
  headLayers: z.array(count),
});

type AnyModel = LanguageModel<AnyEncoder> | Classifier<AnyEncoder>;

/** Every weight and buffer of a model by name, lent. */
const tensorsOf = (model: AnyModel): Record<string, Tensor> =>
  Object.fromEntries(
    [...model.groups.flatMap((g) => g.parameters), ...(model.buffers ?? [])].map(({ name, variable }) => [
      name,
      variable,
    ]),
  );

/** What the bundles of both models tell alike. */
const describe = (
  { architecture }: AnyEncoder,
  { name, rules, environment }: Tokenizer,
  backwards: boolean,
) => ({
  architecture,
  tokenizer: { name, rules, ...(environment !== undefined && { environment }) },
  specialTokens,
  direction: backwards ? ('backward' as const) : ('forward' as const),
});

/** Exports a language model: everything that using it elsewhere needs. */
export function saveLanguageModel(
  folder: string,
  { model, vocabulary }: TrainedLanguageModel<AnyEncoder>,
  { tokenizer, backwards }: { tokenizer: Tokenizer; backwards: boolean },
): void {
  writeBundle(folder, {
    ...describe(model.encoder, tokenizer, backwards),
    kind: 'language-model',
    config: { encoder: { ...encoderJson(model.encoder) } },
    labels: [],
    vocabulary: vocabulary.itos,
    weights: tensorsOf(model),
  });
}

/**
 * Exports a classifier: everything that prediction needs.
 * @throws UlmfitError `BAD_OPTION` for one with a head of its own, which no bundle can name
 */
export function saveClassifier(
  folder: string,
  { classifier, tokenizer, decision, linear }: DecidedClassifier,
): void {
  const { model, vocabulary, classes, backwards } = classifier;
  const { headLayers } = model.config;
  if (!headLayers) {
    throw new UlmfitError(
      'BAD_OPTION',
      `${folder}: the classifier has a head of its own, which no bundle can name; keep its weights by a checkpoint`,
    );
  }
  writeBundle(folder, {
    ...describe(model.encoder, tokenizer, backwards),
    kind: 'classifier',
    config: { encoder: { ...encoderJson(model.encoder) }, ...model.config, headLayers: [...headLayers] },
    labels: classes,
    decision: JSON.parse(JSON.stringify(decision)) as Record<string, Json>,
    vocabulary: vocabulary.itos,
    weights: tensorsOf(model),
    ...(linear && (decision.linearWeight ?? 0) > 0 && { linear: linearToBytes(linear) }),
  });
}

/**
 * Loads a language model from a bundle's folder, a run's folder, or a fastai checkpoint (`.pth` with the `.pkl` of its
 * words beside it, which does not tell its direction). The model is the caller's to dispose.
 * @param stage which of a run's language models
 * @throws UlmfitError `NO_MODEL`, `OTHER_TOKENIZER`, `OTHER_ARCHITECTURE`, `BAD_WEIGHTS`, or what is wrong with the file
 */
export function loadLanguageModel(
  path: string,
  stage: 'pretrain' | 'finetune',
  tokenizer: Tokenizer,
  options?: Pick<LoadBundleOptions, 'onWarning'>,
): TrainedLanguageModel & { readonly backwards?: boolean };
export function loadLanguageModel(
  path: string,
  stage: 'pretrain' | 'finetune',
  tokenizer: Tokenizer,
  options: Omit<LoadBundleOptions, 'tokenizer'>,
): TrainedLanguageModel<AnyEncoder> & { readonly backwards?: boolean };
export function loadLanguageModel(
  path: string,
  stage: 'pretrain' | 'finetune',
  tokenizer: Tokenizer,
  options: Omit<LoadBundleOptions, 'tokenizer'> = {},
): TrainedLanguageModel<AnyEncoder> & { readonly backwards?: boolean } {
  if (path.endsWith('.pth')) return loadFastai(path);
  return readModel(path, stage, 'language-model', { ...options, tokenizer }, (read) => {
    const { bundle, vocabulary, folder } = read;
    const model = createLanguageModel({ encoder: encoderOf(read, sizesIn(bundle), []) });
    assign(model, bundle.weights, folder);
    return { model, vocabulary, backwards: bundle.direction === 'backward' };
  });
}

/**
 * Loads a language model that reads in the direction asked for, as `loadLanguageModel` does.
 * @throws UlmfitError `OTHER_DIRECTION`
 */
export function loadReading(
  path: string,
  stage: 'pretrain' | 'finetune',
  tokenizer: Tokenizer,
  { backwards, ...options }: Omit<LoadBundleOptions, 'tokenizer'> & { readonly backwards: boolean },
): TrainedLanguageModel<AnyEncoder> {
  const loaded = loadLanguageModel(path, stage, tokenizer, options);
  // A fastai checkpoint does not tell its direction.
  if (loaded.backwards === undefined || loaded.backwards === backwards) return loaded;
  loaded.model.dispose();
  const reads = loaded.backwards ? 'backwards' : 'forwards';
  throw new UlmfitError(
    'OTHER_DIRECTION',
    `${path}: reads ${reads}, unlike this run; ${loaded.backwards ? 'add' : 'leave out'} --backwards`,
  );
}

/**
 * Loads a classifier from a bundle's folder or a run's folder, with its tokenizer. The model is the caller's to dispose.
 * @throws UlmfitError `NO_MODEL`, `OTHER_TOKENIZER`, `OTHER_ARCHITECTURE`, `BAD_WEIGHTS`, or what is wrong with the file
 */
export function loadDecidedClassifier(path: string, options: LoadBundleOptions = {}): DecidedClassifier {
  return readModel(path, 'model', 'classifier', options, (read) => {
    const { bundle, vocabulary, folder, tokenizer } = read;
    const { sizes, settings } = splitConfig(bundle);
    const config = parse(classifierSchema, settings, folder);
    const decision =
      bundle.decision === undefined ? plainDecision : parse(decisionSchema, bundle.decision, folder);
    requireClasses(config.classes, { labels: bundle.labels, ...decision }, folder);
    const encoder = encoderOf(read, sizes, [...config.headLayers, config.classes]);
    const model = createClassifier({ encoder, ...config });
    assign(model, bundle.weights, folder);
    const backwards = bundle.direction === 'backward';
    return {
      classifier: { model, vocabulary, classes: bundle.labels, backwards },
      tokenizer,
      ...(bundle.linear && { linear: linearOf(bundle.linear, config, folder) }),
      decision,
    };
  });
}

/** The sizes of a bundle's encoder, and what else its model is made with. Bundles of the first version have both in one. */
function splitConfig({ config }: Bundle): { sizes: unknown; settings: Readonly<Record<string, unknown>> } {
  const { encoder, ...settings } = config;
  if (encoder !== undefined) return { sizes: encoder, settings };
  const { vocabulary, embedding, hidden, layers, padIndex, ...others } = config;
  return { sizes: { vocabulary, embedding, hidden, layers, padIndex }, settings: others };
}

/** Of a language model, which has no settings but the sizes. */
const sizesIn = ({ config: { encoder, ...rest } }: Bundle): unknown =>
  encoder === undefined || Object.keys(rest).length > 0 ? rest : encoder;

/** The sizes of an AWD-LSTM, once they are found to be those of the weights: others would be allocated before. */
function awdLstmSizes(
  sizes: unknown,
  { weights, folder, head }: Pick<Bundle, 'weights'> & { folder: string; head: readonly number[] },
): z.infer<typeof awdLstmSchema> {
  const config = parse(awdLstmSchema, sizes, folder);
  const features = [3 * config.embedding, ...head];
  const layers = features.slice(1).map((size, i) => size * (features[i] as number));
  requireWeights(weights, [encoderSize(config), ...layers], folder);
  return config;
}

/**
 * The encoder of a bundle.
 * @param head the sizes of the layers over it
 */
function encoderOf(
  { bundle, vocabulary, folder, architectures }: Read,
  sizes: unknown,
  head: readonly number[],
): AnyEncoder {
  const { architecture, weights } = bundle;
  const config = isOfAwdLstm(architecture)
    ? awdLstmSizes(sizes, { weights, folder, head })
    : parse(otherSchema, sizes, folder);
  if (config.vocabulary !== vocabulary.size) {
    throw new UlmfitError(
      'BAD_BUNDLE',
      `${folder}/bundle.json: an encoder of ${config.vocabulary} words, and there are ${vocabulary.size}; copy the bundle again`,
    );
  }
  return bundleEncoder(architecture, config, folder, architectures);
}

/** What a bundle has one of for each class. */
function requireClasses(
  classes: number,
  lists: Pick<Decision, 'thresholds' | 'neuralThresholds' | 'linearThresholds'> & Pick<Bundle, 'labels'>,
  folder: string,
): void {
  for (const name of ['labels', 'thresholds', 'neuralThresholds', 'linearThresholds'] as const) {
    const count = lists[name]?.length ?? classes;
    if (count === classes) continue;
    throw new UlmfitError(
      'BAD_BUNDLE',
      `${folder}/bundle.json: ${count} ${name} for ${classes} classes; copy the bundle again`,
    );
  }
}

/** The linear model of a bundle, which has the neural one's classes. */
function linearOf(
  bytes: Uint8Array,
  { classes, multiLabel }: Pick<z.infer<typeof classifierSchema>, 'classes' | 'multiLabel'>,
  folder: string,
): LinearClassifier {
  const path = `${folder}/${linearFile}`;
  const linear = linearFromBytes(bytes, path);
  if (linear.classes === classes && linear.multiLabel === multiLabel) return linear;
  throw new UlmfitError(
    'BAD_BUNDLE',
    `${path}: is of ${linear.classes} classes, and the model beside it of ${classes}; copy the bundle again`,
  );
}

/** A bundle that was read, and what it is made into a model by. */
interface Read {
  readonly bundle: Bundle;
  readonly vocabulary: Vocabulary;
  readonly folder: string;
  readonly tokenizer: Tokenizer;
  readonly architectures: LoadBundleOptions['architectures'];
}

/** Reads a bundle and makes its model, when it is of the kind asked for and its words are those of the tokenizer. */
function readModel<R>(
  path: string,
  part: string,
  kind: Bundle['kind'],
  options: LoadBundleOptions,
  make: (read: Read) => R,
): R {
  const folder = bundleFolder(path, part, kind);
  const bundle = readBundle(folder);
  try {
    if (bundle.kind !== kind)
      throw new UlmfitError('NO_MODEL', `${folder}: holds a ${bundle.kind}; give a ${kind}`);
    const tokenizer = bundleTokenizer(bundle, folder, options);
    const vocabulary = naming(`${folder}/vocabulary.json`, () => Vocabulary.fromJSON(bundle.vocabulary));
    return make({ bundle, vocabulary, folder, tokenizer, architectures: options.architectures });
  } finally {
    dispose(Object.values(bundle.weights));
  }
}

/** The folder itself where it is a bundle, or the part of a run that is one. */
function bundleFolder(path: string, part: string, what: string): string {
  const folder = [path, join(path, part)].find((candidate) => existsSync(join(candidate, 'bundle.json')));
  if (folder !== undefined) return folder;
  throw new UlmfitError(
    'NO_MODEL',
    `${path}: holds no ${what}; give the folder of a run that has trained one, or of its ${part}/`,
  );
}

function loadFastai(path: string): TrainedLanguageModel {
  if (!existsSync(path)) throw new UlmfitError('NO_SUCH_PATH', `${path}: no such file; give a fastai .pth`);
  const wordsPath = [
    path.replace(/\.pth$/, '.pkl'),
    path.replace(/\.pth$/, '_itos.pkl'),
    path.replace(/[^/\\]*\.pth$/, 'itos.pkl'),
  ].find((candidate) => existsSync(candidate));
  if (wordsPath === undefined) {
    throw new UlmfitError(
      'NO_VOCABULARY',
      `${path}: its words are not beside it; put the .pkl of its vocabulary there, under the same name or as itos.pkl`,
    );
  }
  const vocabulary = naming(wordsPath, () => Vocabulary.fromJSON(readItos(wordsPath)));
  const { kind, shape, tensors: raw } = naming(path, () => fromFastai(readPytorch(path)));
  if (kind !== 'language-model')
    throw new UlmfitError('NO_MODEL', `${path}: holds a fastai ${kind}; give a language model`);
  if (vocabulary.size !== shape.vocabulary) {
    throw new UlmfitError(
      'BAD_BUNDLE',
      `${wordsPath}: has ${vocabulary.size} words, and ${path} ${shape.vocabulary} rows; they are of different models`,
    );
  }
  const tensors = naming(path, () => tensorsFromRaw(raw));
  try {
    const { embedding, hidden, layers } = shape;
    const model = createLanguageModel({
      vocabulary: vocabulary.size,
      embedding,
      hidden,
      layers,
      padIndex: vocabulary.padIndex,
    });
    assign(model, tensors, path);
    return { model, vocabulary };
  } finally {
    dispose(Object.values(tensors));
  }
}

/** Lets an error of what was read from a file name the file. */
function naming<R>(path: string, body: () => R): R {
  try {
    return body();
  } catch (error) {
    if (!(error instanceof UlmfitError) || error.message.includes(path)) throw error;
    throw new UlmfitError(error.code, `${path}: ${error.message}`, { cause: error });
  }
}

function assign(model: AnyModel, tensors: Readonly<Record<string, Tensor>>, path: string): void {
  try {
    requireSoundWeights(path, tensors);
    assignByName(path, [...model.groups.flatMap((g) => g.parameters), ...(model.buffers ?? [])], tensors);
  } catch (error) {
    model.dispose();
    throw error;
  }
}

/** The numbers in the matrices of an encoder. */
const encoderSize = (config: z.infer<typeof awdLstmSchema>): number =>
  config.vocabulary * config.embedding + layerWeights(config);

/** Sizes that go beyond the weights would be allocated before they are found to differ. */
function requireWeights(
  weights: Readonly<Record<string, Tensor>>,
  sizes: readonly number[],
  folder: string,
): void {
  const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
  const held = sum(Object.values(weights).map(({ size }) => size));
  if (sum(sizes) > held) {
    throw new UlmfitError(
      'BAD_BUNDLE',
      `${folder}/bundle.json: config asks for ${sum(sizes)} weights and more, and there are ${held}; copy the bundle again`,
    );
  }
}

function parse<T>(schema: z.ZodType<T>, json: unknown, folder: string): T {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const at = issue && issue.path.length > 0 ? `${showName(issue.path.join('.'))}: ` : '';
  const what =
    issue?.code === 'unrecognized_keys'
      ? `unknown setting ${issue.keys.slice(0, 3).map(showName).join(', ')}; update this version, or copy the bundle again`
      : (issue?.message ?? 'not a bundle');
  throw new UlmfitError('BAD_BUNDLE', `${folder}/bundle.json: ${at}${what}`);
}
