import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { dispose, type Tensor } from '@tensorflow/tfjs-core';
import { createClassifier, createLanguageModel, type Classifier, type LanguageModel } from '@ulmfit/awd-lstm';
import { fromFastai, readItos, readPytorch, tensorsFromRaw } from '@ulmfit/checkpoint';
import { UlmfitError } from '@ulmfit/kernels';
import { Vocabulary, type Tokenizer } from '@ulmfit/text';
import { assignByName } from '@ulmfit/trainer';
import { z } from 'zod';
import { readShim, writeShim } from './bundle-shim.js';
import type { TrainedClassifier } from './classifier-stage.js';
import type { TrainedLanguageModel } from './language-model-stage.js';

const count = z.number().int().positive();

const encoderSchema = z.object({
  vocabulary: count,
  embedding: count,
  hidden: count,
  layers: count,
  padIndex: z.number().int().nonnegative(),
});

const languageModelSchema = z.object({
  kind: z.literal('language-model'),
  config: encoderSchema,
  backwards: z.boolean(),
  tokenizer: z.string(),
});

const classifierSchema = z.object({
  kind: z.literal('classifier'),
  config: encoderSchema.extend({
    classes: count,
    window: count,
    maxLength: count,
    headLayers: z.array(count),
  }),
  labels: z.array(z.string()).min(1),
  backwards: z.boolean(),
  tokenizer: z.string(),
});

/** Every weight and buffer of a model by name, lent. */
const tensorsOf = (model: LanguageModel | Classifier): Record<string, Tensor> =>
  Object.fromEntries(
    [...model.groups.flatMap((g) => g.parameters), ...(model.buffers ?? [])].map(({ name, variable }) => [
      name,
      variable,
    ]),
  );

/** Exports a language model: everything that using it elsewhere needs. */
export function saveLanguageModel(
  folder: string,
  { model, vocabulary }: TrainedLanguageModel,
  { tokenizer, backwards }: { tokenizer: Tokenizer; backwards: boolean },
): void {
  writeShim(folder, {
    json: {
      kind: 'language-model',
      config: { ...model.encoder.config },
      backwards,
      tokenizer: tokenizer.rules,
    },
    vocabulary: vocabulary.toJSON(),
    tensors: tensorsOf(model),
  });
}

/** Exports a classifier: everything that prediction needs. */
export function saveClassifier(
  folder: string,
  classifier: TrainedClassifier,
  { tokenizer }: { tokenizer: Tokenizer },
): void {
  const { model, vocabulary, labels, backwards } = classifier;
  writeShim(folder, {
    json: {
      kind: 'classifier',
      config: { ...model.config, headLayers: [...model.config.headLayers] },
      labels: [...labels],
      backwards,
      tokenizer: tokenizer.rules,
    },
    vocabulary: vocabulary.toJSON(),
    tensors: tensorsOf(model),
  });
}

/**
 * Loads a language model from a bundle's folder, a run's folder, or a fastai checkpoint (`.pth` with the `.pkl` of its
 * words beside it). The model is the caller's to dispose.
 * @param stage which of a run's language models
 * @throws UlmfitError `NO_MODEL`, or what is wrong with the file
 */
export function loadLanguageModel(
  path: string,
  stage: 'pretrain' | 'finetune',
  tokenizer: Tokenizer,
): TrainedLanguageModel & { backwards?: boolean } {
  if (path.endsWith('.pth')) return loadFastai(path);
  const folder = bundleFolder(path, stage, 'language model');
  const { json, vocabulary: words, tensors } = readShim(folder);
  try {
    const { config, backwards, tokenizer: rules } = parse(languageModelSchema, json, folder);
    checkTokenizer(folder, rules, tokenizer);
    const vocabulary = wordsOf(words, config.vocabulary, folder);
    const model = createLanguageModel(config);
    assign(model, tensors, folder);
    return { model, vocabulary, backwards };
  } finally {
    dispose(Object.values(tensors));
  }
}

/**
 * Loads a classifier from a bundle's folder or a run's folder. The model is the caller's to dispose.
 * @throws UlmfitError `NO_MODEL`, or what is wrong with the file
 */
export function loadClassifierBundle(path: string, tokenizer: Tokenizer): TrainedClassifier {
  const folder = bundleFolder(path, 'model', 'classifier');
  const { json, vocabulary: words, tensors } = readShim(folder);
  try {
    const { config, labels, backwards, tokenizer: rules } = parse(classifierSchema, json, folder);
    checkTokenizer(folder, rules, tokenizer);
    const vocabulary = wordsOf(words, config.vocabulary, folder);
    const model = createClassifier(config);
    assign(model, tensors, folder);
    return { model, vocabulary, labels, backwards };
  } finally {
    dispose(Object.values(tensors));
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
  const wordsPath = [path.replace(/\.pth$/, '.pkl'), path.replace(/[^/\\]*\.pth$/, 'itos.pkl')].find((p) =>
    existsSync(p),
  );
  if (!existsSync(path)) throw new UlmfitError('NO_SUCH_PATH', `${path}: no such file; give a fastai .pth`);
  if (wordsPath === undefined) {
    throw new UlmfitError(
      'NO_VOCABULARY',
      `${path}: its words are not beside it; put the .pkl of its vocabulary there, under the same name or as itos.pkl`,
    );
  }
  const { kind, shape, tensors: raw } = fromFastai(readPytorch(path));
  if (kind !== 'language-model')
    throw new UlmfitError('NO_MODEL', `${path}: holds a ${kind}; give a language model`);
  const tensors = tensorsFromRaw(raw);
  try {
    const vocabulary = wordsOf(readItos(wordsPath), shape.vocabulary, wordsPath);
    const { vocabulary: rows, embedding, hidden, layers } = shape;
    const model = createLanguageModel({
      vocabulary: rows,
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

function assign(model: LanguageModel | Classifier, tensors: Record<string, Tensor>, path: string): void {
  try {
    assignByName(path, [...model.groups.flatMap((g) => g.parameters), ...(model.buffers ?? [])], tensors);
  } catch (error) {
    model.dispose();
    throw error;
  }
}

function wordsOf(words: unknown, rows: number, path: string): Vocabulary {
  const vocabulary = Vocabulary.fromJSON(words);
  if (vocabulary.size === rows) return vocabulary;
  throw new UlmfitError(
    'BAD_BUNDLE',
    `${path}: ${vocabulary.size} words for ${rows} rows of the embedding; export the model anew`,
  );
}

function parse<T>(schema: z.ZodType<T>, json: unknown, folder: string): T {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new UlmfitError(
    'BAD_BUNDLE',
    `${folder}/bundle.json: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not a bundle'}`,
  );
}

function checkTokenizer(folder: string, rules: string, tokenizer: Tokenizer): void {
  if (rules === tokenizer.rules) return;
  throw new UlmfitError(
    'OTHER_TOKENIZER',
    `${folder}: was trained on tokens of ${rules}; this version has ${tokenizer.rules}: train it anew, or use the version that made it`,
  );
}
