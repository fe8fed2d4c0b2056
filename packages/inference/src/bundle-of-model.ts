import type { Tensor } from '@tensorflow/tfjs-core';
import { encoderJson, type AnyEncoder, type Classifier, type LanguageModel } from '@ulmfit/awd-lstm';
import type { Bundle } from '@ulmfit/checkpoint';
import { UlmfitError } from '@ulmfit/errors';
import { specialTokens, type Tokenizer } from '@ulmfit/text';
import type { Json } from '@ulmfit/trainer';
import type { DecidedClassifier, ReadingLanguageModel } from './decided-classifier.js';
import { linearToBytes } from './linear-file.js';

/** Every weight and buffer of a model by name, lent. */
const tensorsOf = (model: LanguageModel<AnyEncoder> | Classifier<AnyEncoder>): Record<string, Tensor> =>
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

/**
 * A language model as a bundle: everything that using it elsewhere needs. Its weights are lent.
 * @example
 * const reading = languageModelFromBundle(readBundle('runs/mine/finetune'), 'my model');
 * const parts = bundleToBytes(bundleOfLanguageModel(reading));
 */
export function bundleOfLanguageModel({
  model,
  vocabulary,
  tokenizer,
  backwards,
}: ReadingLanguageModel): Bundle {
  return {
    ...describe(model.encoder, tokenizer, backwards),
    kind: 'language-model',
    config: { encoder: { ...encoderJson(model.encoder) } },
    labels: [],
    vocabulary: vocabulary.itos,
    weights: tensorsOf(model),
  };
}

/**
 * A classifier as a bundle: everything that prediction needs. Its weights are lent.
 * @throws UlmfitError `BAD_OPTION` for one with a head of its own, which no bundle can name
 * @example
 * const decided = classifierFromBundle(readBundle('model'), 'model');
 * const parts = bundleToBytes(bundleOfClassifier(decided)); // to be kept where there are no files
 */
export function bundleOfClassifier({ classifier, tokenizer, decision, linear }: DecidedClassifier): Bundle {
  const { model, vocabulary, classes, backwards } = classifier;
  const { headLayers, pooling, ...config } = model.config;
  if (!headLayers) {
    throw new UlmfitError(
      'BAD_OPTION',
      `the classifier has a custom head, which a bundle cannot describe; save it as a checkpoint`,
    );
  }
  return {
    ...describe(model.encoder, tokenizer, backwards),
    kind: 'classifier',
    config: {
      encoder: { ...encoderJson(model.encoder) },
      ...config,
      headLayers: [...headLayers],
      ...(pooling !== 'last-layer' && { pooling }),
    },
    labels: classes,
    decision: JSON.parse(JSON.stringify(decision)) as Record<string, Json>,
    vocabulary: vocabulary.itos,
    weights: tensorsOf(model),
    ...(linear && (decision.linearWeight ?? 0) > 0 && { linear: linearToBytes(linear) }),
  };
}
