import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { dispose, type Tensor } from '@tensorflow/tfjs-core';
import { createClassifier, createLanguageModel, type Classifier, type LanguageModel } from '@ulmfit/awd-lstm';
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
import { bundleTokenizer, type LoadBundleOptions } from './bundle-tokenizer.js';
import { plainDecision, type DecidedClassifier } from './decided-classifier.js';
import { layerWeights } from '../recipe/encoder-sizes.js';
import { decisionSchema, type Decision } from '../judge/decision.js';
import { linearFromBytes, linearToBytes } from './linear-file.js';
import { requireSoundWeights } from './require-sound-weights.js';
import type { TrainedLanguageModel } from '../stages/language-model-stage.js';

const count = z.number().int().positive();

const encoderSchema = z.strictObject({
  vocabulary: count,
  embedding: count,
  hidden: count,
  layers: count,
  padIndex: z.number().int().nonnegative(),
});

const classifierSchema = encoderSchema.extend({
  classes: count,
  /** Bundles of earlier versions have one label a text. */
  multiLabel: z.boolean().default(false),
  window: count,
  maxLength: count,
  headLayers: z.array(count),
});

/** Every weight and buffer of a model by name, lent. */
const tensorsOf = (model: LanguageModel | Classifier): Record<string, Tensor> =>
  Object.fromEntries(
    [...model.groups.flatMap((g) => g.parameters), ...(model.buffers ?? [])].map(({ name, variable }) => [
      name,
      variable,
    ]),
  );

/** What the bundles of both models tell alike. */
const describe = ({ name, rules, environment }: Tokenizer, backwards: boolean) => ({
  tokenizer: { name, rules, ...(environment !== undefined && { environment }) },
  specialTokens,
  direction: backwards ? ('backward' as const) : ('forward' as const),
});

/** Exports a language model: everything that using it elsewhere needs. */
export function saveLanguageModel(
  folder: string,
  { model, vocabulary }: TrainedLanguageModel,
  { tokenizer, backwards }: { tokenizer: Tokenizer; backwards: boolean },
): void {
  writeBundle(folder, {
    ...describe(tokenizer, backwards),
    kind: 'language-model',
    config: { ...model.encoder.config },
    labels: [],
    vocabulary: vocabulary.itos,
    weights: tensorsOf(model),
  });
}

/** Exports a classifier: everything that prediction needs. */
export function saveClassifier(
  folder: string,
  { classifier, tokenizer, decision, linear }: DecidedClassifier,
): void {
  const { model, vocabulary, classes, backwards } = classifier;
  writeBundle(folder, {
    ...describe(tokenizer, backwards),
    kind: 'classifier',
    config: { ...model.encoder.config, ...model.config, headLayers: [...(model.config.headLayers ?? [])] },
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
 * @param onWarning told when the words may be cut differently here, see {@link Tokenizer.environment}
 * @throws UlmfitError `NO_MODEL`, `OTHER_TOKENIZER`, `BAD_WEIGHTS`, or what is wrong with the file
 */
export function loadLanguageModel(
  path: string,
  stage: 'pretrain' | 'finetune',
  tokenizer: Tokenizer,
  onWarning?: (message: string) => void,
): TrainedLanguageModel & { readonly backwards?: boolean } {
  if (path.endsWith('.pth')) return loadFastai(path);
  return readModel(path, stage, 'language-model', { tokenizer, onWarning }, (bundle, vocabulary, folder) => {
    const config = parse(encoderSchema, bundle.config, folder);
    requireWeights(bundle.weights, [encoderSize(config)], folder);
    const model = createLanguageModel(config);
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
  { backwards, onWarning }: { readonly backwards: boolean; readonly onWarning?: (message: string) => void },
): TrainedLanguageModel {
  const loaded = loadLanguageModel(path, stage, tokenizer, onWarning);
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
 * @throws UlmfitError `NO_MODEL`, `OTHER_TOKENIZER`, `BAD_WEIGHTS`, or what is wrong with the file
 */
export function loadDecidedClassifier(path: string, options: LoadBundleOptions = {}): DecidedClassifier {
  return readModel(path, 'model', 'classifier', options, (bundle, vocabulary, folder, tokenizer) => {
    const config = parse(classifierSchema, bundle.config, folder);
    const decision =
      bundle.decision === undefined ? plainDecision : parse(decisionSchema, bundle.decision, folder);
    requireClasses(config.classes, { labels: bundle.labels, ...decision }, folder);
    const features = [3 * config.embedding, ...config.headLayers, config.classes];
    const head = features.slice(1).map((size, i) => size * (features[i] as number));
    requireWeights(bundle.weights, [encoderSize(config), ...head], folder);
    const model = createClassifier(config);
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

/** Reads a bundle and makes its model, when it is of the kind asked for and its words are those of the tokenizer. */
function readModel<R>(
  path: string,
  part: string,
  kind: Bundle['kind'],
  options: LoadBundleOptions,
  make: (bundle: Bundle, vocabulary: Vocabulary, folder: string, tokenizer: Tokenizer) => R,
): R {
  const folder = bundleFolder(path, part, kind);
  const bundle = readBundle(folder);
  try {
    if (bundle.kind !== kind)
      throw new UlmfitError('NO_MODEL', `${folder}: holds a ${bundle.kind}; give a ${kind}`);
    const tokenizer = bundleTokenizer(bundle, folder, options);
    const vocabulary = naming(`${folder}/vocabulary.json`, () => Vocabulary.fromJSON(bundle.vocabulary));
    return make(bundle, vocabulary, folder, tokenizer);
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

function assign(
  model: LanguageModel | Classifier,
  tensors: Readonly<Record<string, Tensor>>,
  path: string,
): void {
  try {
    requireSoundWeights(path, tensors);
    assignByName(path, [...model.groups.flatMap((g) => g.parameters), ...(model.buffers ?? [])], tensors);
  } catch (error) {
    model.dispose();
    throw error;
  }
}

/** The numbers in the matrices of an encoder. */
const encoderSize = (config: z.infer<typeof encoderSchema>): number =>
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
