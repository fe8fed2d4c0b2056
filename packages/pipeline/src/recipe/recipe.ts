import { z } from 'zod';

/** Which published rates of the five dropouts; a multiplier scales them. */
export type RecipeDropouts = 'fastaiLanguageModel' | 'fastaiClassifier' | 'paper' | 'awdLstm';

/** Rates that replace those of the published set, after its multiplier. */
export interface RecipeDropoutRates {
  readonly output?: number | undefined;
  readonly hidden?: number | undefined;
  readonly input?: number | undefined;
  readonly embedding?: number | undefined;
  readonly weight?: number | undefined;
}

/** One fit of the language model. */
export interface LanguageModelFit {
  readonly epochs: number;
  /** Peak learning rate of the top group. */
  readonly lr: number;
  /** Multiplies the five dropout rates. */
  readonly dropoutMultiplier: number;
  /** The learning rate is divided by this for each group below the top; 1 for one rate. */
  readonly divisor: number;
  /** The share of the steps in which the rate rises, if not the schedule's own. */
  readonly warmup?: number | undefined;
  /** With little text the fit has as many epochs more as reach so many steps. */
  readonly minimumSteps?: number | undefined;
}

/** One fit of the classifier. */
export interface ClassifierFit {
  /** For checkpoints and reports: `a` to `z`, digits and `-`. */
  readonly name: string;
  /** The first group that is trained, counted from the top when negative; 0 for all. */
  readonly freezeTo: number;
  /** Trains that group alone, and none above it: a stage of chain-thaw. Default false. */
  readonly alone?: boolean | undefined;
  readonly epochs: number;
  /** Peak learning rate of the top group. */
  readonly lr: number;
  /** The ratio of the top group's rate to the bottom's; those between are spread geometrically. 1 for one rate. */
  readonly spread: number;
  /** With few documents the fit has as many epochs more as reach so many steps. */
  readonly minimumSteps?: number | undefined;
}

/**
 * Linear heads that are trained before the fits, on what the frozen encoder pools of each text, computed once. The classifier begins with their
 * mean, and keeps the statistics by which they normalise.
 */
export interface ClassifierProbe {
  /** Heads, each of a draw of its own from the texts (bagging); 1 for one of all texts. */
  readonly heads: number;
  /** Updates of each. */
  readonly steps: number;
  /** Documents of an update. */
  readonly batchSize: number;
  /** Peak learning rate. */
  readonly lr: number;
  /** Coefficient of decoupled weight decay. */
  readonly weightDecay: number;
  /** The share of a label that is spread evenly over all classes. */
  readonly labelSmoothing: number;
  /** The rate of the dropout of what is pooled. */
  readonly dropout: number;
}

/**
 * Rounds in which the classifier labels texts itself and another one learns from those too, from the language model again
 * (`trainBySelfTraining`).
 */
export interface SelfTraining {
  readonly rounds: number;
  /** Texts without a label that are drawn to be labelled. */
  readonly texts: number;
  /** Which model labels them: both as they predict together, the neural one, or the plain baseline, which few labels may teach more. */
  readonly teacher: 'blend' | 'neural' | 'linear';
  /** Whether texts are drawn, the more often the more the passes agree, or those of the highest probability are taken. */
  readonly choose: 'draw' | 'most-certain';
  /** How many of each class the next model learns from at most. */
  readonly perClass: number;
  /** The share of the texts that it learns from at most, as many of each class. Default 1. */
  readonly share?: number | undefined;
  /** Passes with dropout whose agreement tells how certain a label is. */
  readonly passes: number;
  /** The largest share of the texts that one class may be given; a quarter more than its share of the labelled ones, where that is larger. */
  readonly mostShare: number;
}

/** Terms of the loss beside the labels', of `@ulmfit/semi-supervised`; a weight of 0 leaves one out. */
export interface SemiSupervised {
  /** Texts without a label that are drawn for the terms that need none; 0 for the training texts alone. */
  readonly texts: number;
  /** The weight of adversarial training. */
  readonly adversarial: number;
  /** The weight of virtual adversarial training. */
  readonly virtualAdversarial: number;
  /** The weight of the entropy. */
  readonly entropy: number;
  /** How far the words of a text are moved, as a share of their norm. */
  readonly share: number;
  /** The share of each fit in which the weights of the terms without labels rise; 0 for none. */
  readonly rampUp: number;
}

/** The sizes of AWD-LSTM, all but the vocabulary. */
export interface RecipeEncoder {
  /** Features of the embedding, and units of the last layer. */
  readonly embedding: number;
  /** Units of every layer but the last. */
  readonly hidden: number;
  /** LSTM layers. */
  readonly layers: number;
}

/** The plain baseline, TF-IDF with logistic regression. */
export interface RecipeLinear {
  /** The most terms, those in the most texts; all unless given. 100,000 take 0.8 MB of a model's file. */
  readonly maxTerms?: number | undefined;
}

/** Which words a model knows. */
export interface RecipeVocabulary {
  /** Rows at most, special tokens among them; see `buildVocabulary`. */
  readonly maxWords: number;
  /** A word that occurs less often is unknown. */
  readonly minCount: number;
}

/** Adam's settings. */
export interface RecipeOptimizer {
  /** Coefficient of the mean of the gradients. */
  readonly beta1: number;
  /** Coefficient of the mean of their squares. */
  readonly beta2: number;
  readonly eps: number;
  /** Coefficient of decoupled weight decay. */
  readonly weightDecay: number;
}

/** The weights of AR and TAR in the loss (Merity et al. 2017, section 4.6); 0 for none. */
export interface RecipeActivationRegularization {
  /** Of AR, the mean square of the last layer's output. */
  readonly alpha: number;
  /** Of TAR, the mean square of its changes. */
  readonly beta: number;
}

/** Compares each target with a sample of the vocabulary, which makes a step faster and the training loss an estimate. */
export interface RecipeSampledSoftmax {
  /** Always the most frequent words, so many. */
  readonly frequent: number;
  /** So many draws from the others for each batch. */
  readonly drawn: number;
}

/** How the language model is trained. */
export interface LanguageModelRecipe {
  /** Streams of text that are read side by side. */
  readonly batchSize: number;
  /** Tokens of a stream in a batch. */
  readonly window: number;
  /** Windows of varying length, as AWD-LSTM draws them. */
  readonly jitter: boolean;
  /** The share of the documents that is held out for validation. */
  readonly validationShare: number;
  readonly dropouts: RecipeDropouts;
  /** Single rates, to be used as they are. */
  readonly dropoutRates?: RecipeDropoutRates | undefined;
  /** The words that each target is compared with in training; null for all of them. */
  readonly sampledSoftmax: RecipeSampledSoftmax | null;
  /** Null for none: fine-tuning then starts from scratch. */
  readonly pretrain: LanguageModelFit | null;
  /** What it is fine-tuned on: the texts without a label, or those of training with them, whose labels are not used. */
  readonly texts: 'unlabelled' | 'train-and-unlabelled';
  readonly finetune: LanguageModelFit;
}

/** How the classifier is trained. */
export interface ClassifierRecipe {
  /** Documents in a batch. */
  readonly batchSize: number;
  /** Documents in a batch that is validated or predicted. */
  readonly evaluationBatchSize: number;
  /** Tokens that are read at once. */
  readonly window: number;
  /** Of each document, the last windows within this many tokens are pooled and get a gradient. */
  readonly maxLength: number;
  /** What is pooled: the output of the last layer, or the looked-up words and the output of every layer side by side. */
  readonly pooling: 'last-layer' | 'all-layers';
  /** Units of the head's hidden layers. */
  readonly headLayers: readonly number[];
  readonly dropouts: RecipeDropouts;
  readonly dropoutMultiplier: number;
  /** Single rates, to be used as they are. */
  readonly dropoutRates?: RecipeDropoutRates | undefined;
  /** The rates of the head's blocks after the first, which has the preset's output rate. */
  readonly headDropout: readonly number[];
  /** What trains the head by itself before the fits; null for nothing. It needs a head without hidden layers. */
  readonly probe: ClassifierProbe | null;
  /** Null for none. */
  readonly semiSupervised: SemiSupervised | null;
  /** Null for none. */
  readonly selfTraining: SelfTraining | null;
  /** The share of a label that is spread evenly over all classes in the fits. */
  readonly labelSmoothing: number;
  /** Gradual unfreezing: one fit after the other. None only after a probe. */
  readonly fits: readonly ClassifierFit[];
  /** The one fit that stands for them all without transfer. */
  readonly scratch: ClassifierFit;
  /** Whether each class has the same share in the loss, however few texts it has. */
  readonly classWeights: 'none' | 'balanced';
  /** The validation figure by which the best epoch of all fits is kept; none for the last epoch. */
  readonly keepBest: 'none' | 'loss' | 'accuracy' | 'macroF1';
  /** Epochs without a better value of that figure, or of the loss, after which a fit ends; null for never. */
  readonly patience: number | null;
}

/** All settings of the three stages. A run keeps its recipe in `config.json`. */
export interface Recipe {
  /** What cuts text into words: `fastai` (English), `segmenter:de` (any language), or your own module. */
  readonly tokenizer: string;
  readonly encoder: RecipeEncoder;
  readonly vocabulary: RecipeVocabulary;
  /** The shape of the learning rate over each fit; `constant` leaves it to a custom scheduler. */
  readonly schedule: 'one-cycle' | 'stlr' | 'constant';
  readonly optimizer: RecipeOptimizer;
  /** The largest norm of all gradients together; 0 for no clipping. */
  readonly clip: number;
  readonly activationRegularization: RecipeActivationRegularization;
  readonly languageModel: LanguageModelRecipe;
  readonly classifier: ClassifierRecipe;
  readonly linear?: RecipeLinear | undefined;
}

const rate = z.number().min(0).lt(1);
const count = z.number().int().positive();
/** A matrix of four gates still has fewer numbers than an array may. */
const units = count.max(16_384);
/** More is a slip, and would take years. */
const epochs = count.max(100_000);
const positive = z.number().positive();

const languageModelFit = z.strictObject({
  epochs,
  lr: positive,
  dropoutMultiplier: z.number().min(0),
  divisor: z.number().min(1),
  warmup: z.number().gt(0).lt(1).optional(),
  minimumSteps: count.optional(),
});

const classifierFit = z.strictObject({
  name: z.string().regex(/^[a-z0-9-]+$/),
  freezeTo: z.number().int(),
  alone: z.boolean().optional(),
  epochs,
  lr: positive,
  spread: z.number().min(1),
  minimumSteps: count.max(100_000).optional(),
});

const classifierProbe = z.strictObject({
  heads: count.max(1000),
  steps: count.max(1_000_000),
  batchSize: count,
  lr: positive,
  weightDecay: z.number().min(0),
  labelSmoothing: rate,
  dropout: rate,
});

const selfTraining = z.strictObject({
  rounds: count.max(25),
  texts: count.max(1_000_000),
  teacher: z.enum(['blend', 'neural', 'linear']).default('blend'),
  choose: z.enum(['draw', 'most-certain']).default('draw'),
  perClass: count,
  share: z.number().gt(0).max(1).optional(),
  passes: count.max(1000),
  mostShare: z.number().gt(0).max(1),
});

const notNegative = z.number().min(0);

const semiSupervised = z.strictObject({
  texts: count.max(1_000_000).or(z.literal(0)),
  adversarial: notNegative,
  virtualAdversarial: notNegative,
  entropy: notNegative,
  share: positive,
  rampUp: z.number().min(0).max(1),
});

const dropouts = z.enum(['fastaiLanguageModel', 'fastaiClassifier', 'paper', 'awdLstm']);
const dropoutRates = z
  .strictObject({ output: rate, hidden: rate, input: rate, embedding: rate, weight: rate })
  .partial()
  .optional();

/** The settings each by itself, as runs keep them: what is asked of a new recipe beyond that must not refuse an old one. */
export const recipeShape = z.strictObject({
  // The defaults stand for what runs of earlier versions, which had no choice, have kept.
  tokenizer: z.string().min(1).default('fastai'),
  encoder: z.strictObject({ embedding: units, hidden: units, layers: count.max(64) }),
  vocabulary: z.strictObject({ maxWords: count, minCount: count }),
  schedule: z.enum(['one-cycle', 'stlr', 'constant']),
  optimizer: z.strictObject({ beta1: rate, beta2: rate, eps: positive, weightDecay: z.number().min(0) }),
  clip: z.number().min(0),
  activationRegularization: z.strictObject({ alpha: z.number().min(0), beta: z.number().min(0) }),
  languageModel: z.strictObject({
    batchSize: count,
    window: count,
    jitter: z.boolean(),
    validationShare: z.number().min(0).lt(1),
    dropouts,
    dropoutRates,
    // Runs of earlier versions had none.
    sampledSoftmax: z
      .strictObject({ frequent: count.or(z.literal(0)), drawn: count })
      .nullable()
      .default(null),
    pretrain: languageModelFit.nullable(),
    texts: z.enum(['unlabelled', 'train-and-unlabelled']).default('unlabelled'),
    finetune: languageModelFit,
  }),
  classifier: z.strictObject({
    batchSize: count,
    evaluationBatchSize: count,
    window: count,
    maxLength: count,
    pooling: z.enum(['last-layer', 'all-layers']).default('last-layer'),
    headLayers: z.array(units),
    dropouts,
    dropoutMultiplier: z.number().min(0),
    dropoutRates,
    headDropout: z.array(rate),
    // Runs of earlier versions had none of these.
    semiSupervised: semiSupervised.nullable().default(null),
    selfTraining: selfTraining.nullable().default(null),
    probe: classifierProbe.nullable().default(null),
    labelSmoothing: rate.default(0),
    fits: z.array(classifierFit),
    scratch: classifierFit,
    classWeights: z.enum(['none', 'balanced']).default('none'),
    // Nothing was held out in runs of earlier versions, to which the default means nothing.
    keepBest: z.enum(['none', 'loss', 'accuracy', 'macroF1']).default('macroF1'),
    patience: count.nullable().default(null),
  }),
  linear: z.strictObject({ maxTerms: count.optional() }).optional(),
});

/** Reads a {@link Recipe}. */
export const recipeSchema: z.ZodType<Recipe> = recipeShape.superRefine(({ classifier }, ctx) => {
  const { window, maxLength, headLayers, headDropout, probe, fits } = classifier;
  const refuse = (name: string, message: string) =>
    ctx.addIssue({ code: 'custom', path: ['classifier', name], message });
  if (maxLength < window) refuse('maxLength', `must be a window of ${window} at least`);
  if (fits.length === 0 && !probe) refuse('fits', 'must have a fit, unless there is a probe');
  if (probe && headLayers.length > 0)
    refuse('headLayers', 'must be [] with a probe: its mean is one linear layer');
  if (headDropout.length < headLayers.length) {
    refuse('headDropout', `must have a rate for each of the ${headLayers.length} headLayers`);
  }
});

const fastaiAdam = { beta1: 0.9, beta2: 0.99, eps: 1e-5, weightDecay: 0.01 };

/** fastai on IMDb at a size that two cores can carry. */
const small: Recipe = {
  tokenizer: 'fastai',
  encoder: { embedding: 200, hidden: 400, layers: 3 },
  vocabulary: { maxWords: 10_000, minCount: 2 },
  schedule: 'one-cycle',
  optimizer: fastaiAdam,
  clip: 0.25,
  activationRegularization: { alpha: 2, beta: 1 },
  languageModel: {
    batchSize: 64,
    window: 70,
    jitter: false,
    validationShare: 0.05,
    dropouts: 'fastaiLanguageModel',
    sampledSoftmax: null,
    // While hidden states begin to carry information, the rate must still be low: above 5e-3, models often collapse.
    pretrain: { epochs: 1, lr: 8e-3, dropoutMultiplier: 0.3, divisor: 1, warmup: 0.5 },
    texts: 'unlabelled',
    finetune: { epochs: 1, lr: 6e-3, dropoutMultiplier: 0.5, divisor: 1 },
  },
  classifier: {
    batchSize: 32,
    evaluationBatchSize: 64,
    window: 72,
    maxLength: 1440,
    pooling: 'last-layer',
    headLayers: [50],
    dropouts: 'fastaiClassifier',
    dropoutMultiplier: 0.5,
    headDropout: [0.1],
    probe: null,
    semiSupervised: null,
    selfTraining: null,
    labelSmoothing: 0,
    fits: [
      { name: 'head', freezeTo: -1, epochs: 1, lr: 2e-2, spread: 1 },
      { name: 'rnn3', freezeTo: -2, epochs: 1, lr: 1e-2, spread: 2.6 },
      { name: 'rnn2', freezeTo: -3, epochs: 1, lr: 1e-2, spread: 2.6 },
      { name: 'all', freezeTo: 0, epochs: 4, lr: 5e-3, spread: 2.6 },
    ],
    scratch: { name: 'scratch', freezeTo: 0, epochs: 7, lr: 5e-3, spread: 1 },
    classWeights: 'none',
    // With few labels the loss is least long before the classes are told apart best; a temperature mends the loss.
    keepBest: 'macroF1',
    patience: null,
  },
};

/** The ULMFiT paper: STLR, discriminative rates, Adam with beta1 .7, one more group an epoch. */
const paper: Recipe = {
  tokenizer: 'fastai',
  encoder: { embedding: 400, hidden: 1152, layers: 3 },
  vocabulary: { maxWords: 30_000, minCount: 3 },
  schedule: 'stlr',
  optimizer: { ...fastaiAdam, beta1: 0.7 },
  clip: 0.25,
  activationRegularization: { alpha: 2, beta: 1 },
  languageModel: {
    batchSize: 64,
    window: 70,
    jitter: true,
    validationShare: 0.05,
    dropouts: 'paper',
    sampledSoftmax: null,
    pretrain: { epochs: 10, lr: 4e-3, dropoutMultiplier: 0.5, divisor: 1 },
    texts: 'unlabelled',
    finetune: { epochs: 10, lr: 4e-3, dropoutMultiplier: 0.7, divisor: 2.6 },
  },
  classifier: {
    ...small.classifier,
    batchSize: 64,
    dropoutMultiplier: 1,
    fits: [
      { name: 'head', freezeTo: -1, epochs: 1, lr: 1e-2, spread: 1 },
      { name: 'rnn3', freezeTo: -2, epochs: 1, lr: 1e-2, spread: 2.6 },
      { name: 'rnn2', freezeTo: -3, epochs: 1, lr: 1e-2, spread: 2.6 ** 2 },
      { name: 'rnn1', freezeTo: -4, epochs: 1, lr: 1e-2, spread: 2.6 ** 3 },
      { name: 'all', freezeTo: 0, epochs: 10, lr: 1e-2, spread: 2.6 ** 4 },
    ],
    scratch: { name: 'scratch', freezeTo: 0, epochs: 14, lr: 1e-2, spread: 1 },
  },
};

/** Small enough for tests and a first look: the embedded sample in a minute or two. */
const tiny: Recipe = {
  ...small,
  encoder: { embedding: 32, hidden: 64, layers: 3 },
  vocabulary: { maxWords: 2000, minCount: 2 },
  languageModel: {
    ...small.languageModel,
    batchSize: 16,
    window: 35,
    pretrain: { epochs: 2, lr: 1e-2, dropoutMultiplier: 0.1, divisor: 1 },
    finetune: { epochs: 2, lr: 1e-2, dropoutMultiplier: 0.1, divisor: 1 },
  },
  classifier: {
    ...small.classifier,
    batchSize: 16,
    dropoutMultiplier: 0.2,
    fits: [
      { name: 'head', freezeTo: -1, epochs: 1, lr: 2e-2, spread: 1 },
      { name: 'rnn3', freezeTo: -2, epochs: 1, lr: 1e-2, spread: 2.6 },
      { name: 'all', freezeTo: 0, epochs: 4, lr: 1e-2, spread: 2.6 },
    ],
    scratch: { name: 'scratch', freezeTo: 0, epochs: 5, lr: 1e-2, spread: 1 },
  },
};

const allAtOnce = { freezeTo: 0, epochs: 6, lr: 1e-2, spread: 1, minimumSteps: 500 };

/**
 * A few megabytes of your own texts, with few or many labels: the language model reads them until it has made enough
 * steps, and the classifier trains all layers at one rate. Chosen on the validation set of a task with 20 topics.
 */
const ownData: Recipe = {
  ...small,
  vocabulary: { maxWords: 20_000, minCount: 2 },
  languageModel: {
    ...small.languageModel,
    batchSize: 32,
    texts: 'train-and-unlabelled',
    finetune: { epochs: 1, lr: 4e-3, dropoutMultiplier: 0.4, divisor: 1, warmup: 0.25, minimumSteps: 1200 },
  },
  classifier: {
    ...small.classifier,
    dropoutMultiplier: 1,
    fits: [{ name: 'all', ...allAtOnce }],
    scratch: { name: 'scratch', ...allAtOnce },
  },
};

/** The best IMDb classifier that two hours on two cores give: all of them go to the reviews, none to general text. */
const bestOnCpu: Recipe = {
  ...small,
  encoder: { embedding: 200, hidden: 320, layers: 3 },
  // Two passes over so much text do not overfit.
  activationRegularization: { alpha: 0, beta: 0 },
  languageModel: {
    ...small.languageModel,
    batchSize: 32,
    validationShare: 0.01,
    pretrain: null,
    texts: 'train-and-unlabelled',
    // The rate rises over about as many steps as the schedule's own share of a single pass.
    finetune: { epochs: 2, lr: 5e-3, dropoutMultiplier: 0.1, divisor: 1, warmup: 0.1 },
  },
  classifier: {
    ...small.classifier,
    dropoutMultiplier: 0.4,
    fits: [
      { name: 'head', freezeTo: -1, epochs: 1, lr: 1e-2, spread: 1, minimumSteps: 60 },
      { name: 'all', freezeTo: 0, epochs: 2, lr: 5e-3, spread: 2.6, minimumSteps: 400 },
    ],
  },
};

/**
 * A good IMDb classifier in about an hour on two cores: one pass over the reviews, from a model of general text such as
 * `@ulmfit/pretrained-en`, compared with a sample of its 20,000 words.
 */
const quickOnCpu: Recipe = {
  ...bestOnCpu,
  encoder: small.encoder,
  vocabulary: { maxWords: 20_000, minCount: 3 },
  languageModel: {
    ...bestOnCpu.languageModel,
    sampledSoftmax: { frequent: 2000, drawn: 2000 },
    finetune: { ...bestOnCpu.languageModel.finetune, epochs: 1, warmup: 0.2 },
  },
};

/** The recipes that there are by name. */
export type PresetName = 'tiny' | 'small' | 'own-data' | 'paper' | 'quick-on-cpu' | 'best-on-cpu';

/** Recipes to start from; `docs/choosing-a-preset.md` tells what they take and what they give. */
export const presets: Readonly<Record<PresetName, Recipe>> = {
  ...{ tiny, small, 'own-data': ownData, paper, 'quick-on-cpu': quickOnCpu, 'best-on-cpu': bestOnCpu },
};
