import type { Tensor } from '@tensorflow/tfjs-core';
import {
  createClassifier,
  createLanguageModel,
  layerWeights,
  type AnyEncoder,
  type Classifier,
  type LanguageModel,
  type Pooling,
} from '@ulmfit/awd-lstm';
import { linearFile, type Bundle } from '@ulmfit/checkpoint';
import { showName, UlmfitError } from '@ulmfit/errors';
import { useWasmKernels } from '@ulmfit/kernels/wasm';
import type { LinearClassifier } from '@ulmfit/linear';
import { Vocabulary, type Tokenizer } from '@ulmfit/text';
import { assignByName } from '@ulmfit/trainer';
import { z } from 'zod';
import { bundleEncoder, isOfAwdLstm } from './bundle-architecture.js';
import { bundleTokenizer, type LoadBundleOptions } from './bundle-tokenizer.js';
import { plainDecision, type DecidedClassifier, type ReadingLanguageModel } from './decided-classifier.js';
import { decisionSchema, type Decision } from './decision.js';
import { linearFromBytes } from './linear-file.js';
import { requireSoundWeights } from './require-sound-weights.js';

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
  pooling: z.enum(['last-layer', 'all-layers']).default('last-layer'),
});

/**
 * The language model of a bundle. The bundle's tensors stay the caller's, and so is the model.
 * @param label what to call the bundle in messages
 * @throws UlmfitError `NO_MODEL`, `OTHER_TOKENIZER`, `OTHER_ARCHITECTURE`, `BAD_BUNDLE`, `BAD_WEIGHTS`
 * @example
 * const { model, vocabulary } = languageModelFromBundle(readBundle('runs/mine/finetune'), 'my model');
 */
export function languageModelFromBundle(
  bundle: Bundle,
  label: string,
  options: LoadBundleOptions = {},
): ReadingLanguageModel {
  const read = readParts(bundle, 'language-model', label, options);
  const model = createLanguageModel({
    encoder: encoderOf(read, sizesIn(bundle), { layers: [], pooling: 'last-layer' }),
  });
  assignWeights(model, bundle.weights, label);
  const { vocabulary, tokenizer } = read;
  return { model, vocabulary, tokenizer, backwards: bundle.direction === 'backward' };
}

/**
 * The classifier of a bundle. The bundle's tensors stay the caller's, and so is the model.
 * @param label what to call the bundle in messages
 * @throws UlmfitError `NO_MODEL`, `OTHER_TOKENIZER`, `OTHER_ARCHITECTURE`, `BAD_BUNDLE`, `BAD_WEIGHTS`
 * @example
 * const { classifier, tokenizer } = classifierFromBundle(readBundle('model'), 'model');
 * console.log(classifier.classes, tokenizer.name);
 */
export function classifierFromBundle(
  bundle: Bundle,
  label: string,
  options: LoadBundleOptions = {},
): DecidedClassifier {
  const read = readParts(bundle, 'classifier', label, options);
  const { sizes, settings } = splitConfig(bundle);
  const config = parse(classifierSchema, settings, label);
  const decision =
    bundle.decision === undefined ? plainDecision : parse(decisionSchema, bundle.decision, label);
  requireClasses(config.classes, { labels: bundle.labels, ...decision }, label);
  const encoder = encoderOf(read, sizes, {
    layers: [...config.headLayers, config.classes],
    pooling: config.pooling,
  });
  const model = createClassifier({ encoder, ...config });
  assignWeights(model, bundle.weights, label);
  const { vocabulary, tokenizer } = read;
  return {
    classifier: { model, vocabulary, classes: bundle.labels, backwards: bundle.direction === 'backward' },
    tokenizer,
    ...(bundle.linear && { linear: linearOf(bundle.linear, config, label) }),
    decision,
  };
}

/** A kind of model, as messages call it. */
const words = (kind: Bundle['kind']): string => kind.replace('-', ' ');

/** A bundle and what makes it a model. */
interface Read {
  readonly bundle: Bundle;
  readonly vocabulary: Vocabulary;
  readonly label: string;
  readonly tokenizer: Tokenizer;
  readonly architectures: LoadBundleOptions['architectures'];
}

/** What both models need, when the bundle is of the kind asked for and its words are those of the tokenizer. */
function readParts(bundle: Bundle, kind: Bundle['kind'], label: string, options: LoadBundleOptions): Read {
  if (bundle.kind !== kind)
    throw new UlmfitError('NO_MODEL', `${label}: holds a ${words(bundle.kind)}; give a ${words(kind)}`);
  // Whatever the backend is now: it may be another one when the model is used.
  useWasmKernels();
  const tokenizer = bundleTokenizer(bundle, label, options);
  const vocabulary = naming(`${label}/vocabulary.json`, () => Vocabulary.fromJSON(bundle.vocabulary));
  return { bundle, vocabulary, label, tokenizer, architectures: options.architectures };
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

/** What stands over an encoder. */
interface HeadSizes {
  /** The sizes of its layers, the classes among them; none over a language model. */
  readonly layers: readonly number[];
  readonly pooling: Pooling;
}

/** The sizes of an AWD-LSTM, once they are found to be those of the weights: others would be allocated before. */
function awdLstmSizes(
  sizes: unknown,
  { weights, label, head }: Pick<Bundle, 'weights'> & { label: string; head: HeadSizes },
): z.infer<typeof awdLstmSchema> {
  const config = parse(awdLstmSchema, sizes, label);
  const { embedding, hidden, layers: count } = config;
  const lower = head.pooling === 'all-layers' ? embedding + (count - 1) * hidden : 0;
  const features = [3 * (embedding + lower), ...head.layers];
  const layers = features.slice(1).map((size, i) => size * (features[i] as number));
  requireWeights(weights, [encoderSize(config), ...layers], label);
  return config;
}

/**
 * The encoder of a bundle.
 */
function encoderOf(
  { bundle, vocabulary, label, architectures }: Read,
  sizes: unknown,
  head: HeadSizes,
): AnyEncoder {
  const { architecture, weights } = bundle;
  const config = isOfAwdLstm(architecture)
    ? awdLstmSizes(sizes, { weights, label, head })
    : parse(otherSchema, sizes, label);
  if (config.vocabulary !== vocabulary.size) {
    throw new UlmfitError(
      'BAD_BUNDLE',
      `${label}/bundle.json: an encoder of ${config.vocabulary} words, but there are ${vocabulary.size}; copy the bundle again`,
    );
  }
  return bundleEncoder(architecture, config, label, architectures);
}

/** What a bundle has one of for each class. */
function requireClasses(
  classes: number,
  lists: Pick<Decision, 'thresholds' | 'neuralThresholds' | 'linearThresholds'> & Pick<Bundle, 'labels'>,
  label: string,
): void {
  for (const name of ['labels', 'thresholds', 'neuralThresholds', 'linearThresholds'] as const) {
    const count = lists[name]?.length ?? classes;
    if (count === classes) continue;
    throw new UlmfitError(
      'BAD_BUNDLE',
      `${label}/bundle.json: ${count} ${name} for ${classes} classes; copy the bundle again`,
    );
  }
}

/** The linear model of a bundle, which has the neural one's classes. */
function linearOf(
  bytes: Uint8Array,
  { classes, multiLabel }: Pick<z.infer<typeof classifierSchema>, 'classes' | 'multiLabel'>,
  label: string,
): LinearClassifier {
  const path = `${label}/${linearFile}`;
  const linear = linearFromBytes(bytes, path);
  if (linear.classes === classes && linear.multiLabel === multiLabel) return linear;
  throw new UlmfitError(
    'BAD_BUNDLE',
    `${path}: has ${linear.classes} classes, and the neural model ${classes}; copy the bundle again`,
  );
}

/** Lets an error of what was read from a file name the file. */
export function naming<R>(path: string, body: () => R): R {
  try {
    return body();
  } catch (error) {
    if (!(error instanceof UlmfitError) || error.message.includes(path)) throw error;
    throw new UlmfitError(error.code, `${path}: ${error.message}`, { cause: error });
  }
}

export function assignWeights(
  model: LanguageModel<AnyEncoder> | Classifier<AnyEncoder>,
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
const encoderSize = (config: z.infer<typeof awdLstmSchema>): number =>
  config.vocabulary * config.embedding + layerWeights(config);

/** Sizes that go beyond the weights would be allocated before they are found to differ. */
function requireWeights(
  weights: Readonly<Record<string, Tensor>>,
  sizes: readonly number[],
  label: string,
): void {
  const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
  const held = sum(Object.values(weights).map(({ size }) => size));
  if (sum(sizes) > held) {
    throw new UlmfitError(
      'BAD_BUNDLE',
      `${label}/bundle.json: config needs at least ${sum(sizes)} weights, and there are ${held}; copy the bundle again`,
    );
  }
}

function parse<T>(schema: z.ZodType<T>, json: unknown, label: string): T {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const at = issue && issue.path.length > 0 ? `${showName(issue.path.join('.'))}: ` : '';
  const what =
    issue?.code === 'unrecognized_keys'
      ? `unknown setting ${issue.keys.slice(0, 3).map(showName).join(', ')}; update this version, or copy the bundle again`
      : (issue?.message ?? 'not a bundle');
  throw new UlmfitError('BAD_BUNDLE', `${label}/bundle.json: ${at}${what}`);
}
