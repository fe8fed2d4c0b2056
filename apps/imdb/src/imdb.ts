// ULMFiT on film reviews, all of it on one page. "ULMFiT" is Howard and Ruder 2018 (arXiv 1801.06146), "AWD-LSTM" is
// Merity, Keskar and Socher 2017 (arXiv 1708.02182). Each technique is a plugin: delete its line, and it is off.
import { argMax, equal, sum } from '@tensorflow/tfjs-core';
import {
  copyEncoder,
  createClassifier,
  createLanguageModel,
  transferLanguageModel,
  type ClassifierInput,
  type ClassifierOutput,
  type LanguageModel,
} from '@ulmfit/awd-lstm';
import { splitImdb, type LabelledReview, type Review } from '@ulmfit/data-imdb';
import { discriminativeRates, gradualUnfreezing, unfreezingPlan } from '@ulmfit/discriminative';
import { adam, clipGlobalNorm } from '@ulmfit/optimizers';
import {
  activationRegularization,
  awdLstmDropouts,
  classifierDropouts,
  temporalActivationRegularization,
} from '@ulmfit/regularizers';
import { bpttRateScaling, learningRateSchedule, oneCyclePolicy, slantedTriangular } from '@ulmfit/schedulers';
import {
  buildVocabulary,
  classifierLoader,
  fastaiTokenizer,
  languageModelLoader,
  TokenCorpusBuilder,
  type Vocabulary,
} from '@ulmfit/text';
import { createTrainer, type Metric, type TrainingPlugin } from '@ulmfit/trainer';

/** What depends on the size of the network and of the data. */
export interface Sizes {
  readonly encoder: { readonly embedding: number; readonly hidden: number; readonly layers: number };
  readonly maxWords: number;
  readonly batchSize: number;
  /** Tokens through which the language model's gradients go back. */
  readonly window: number;
  readonly languageModelEpochs: number;
  /** Epochs with all groups, after one for each group that thaws. */
  readonly classifierEpochs: number;
  /** Peak learning rate of the top group. A small network bears a higher one. */
  readonly lr: number;
  /** How many times lower each group's rate is than that of the group above. */
  readonly divisor: number;
  /** Multiplies the rates of all dropouts. A small network needs little. */
  readonly dropout: number;
}

export interface ImdbOptions {
  readonly reviews: readonly Review[];
  /** General text. */
  readonly corpus: readonly string[];
  readonly sizes: Sizes;
  readonly seed: number;
  readonly say: (line: string) => void;
}

/** Pretrains a language model, fine-tunes it on reviews, trains a classifier from it, and scores that on the test set. */
export async function imdb({ reviews, corpus, sizes, seed, say }: ImdbOptions) {
  const { batchSize, window, lr, divisor, dropout } = sizes;
  const classes = ['neg', 'pos'];
  const { lm, train, validation, test } = splitImdb(reviews, { seed, validationShare: 0.1 });

  // fastai's tokens: xxmaj, xxup, xxrep and xxwrep keep what lower case and collapsed repetitions would lose.
  const tokenizer = fastaiTokenizer();
  const tokenized = (texts: readonly string[]): TokenCorpusBuilder => {
    const builder = new TokenCorpusBuilder();
    for (const text of texts) builder.add(tokenizer.tokenize(text));
    return builder;
  };
  const textsOf = (some: readonly Review[]) => some.map(({ text }) => text);

  // ULMFiT trains with Adam whose beta1 is .7 (section 4.1). To use AWD-LSTM's NT-ASGD (section 3) instead:
  //   const averaged = ntAsgd({ patience: 5 }); createTrainer({ optimizer: averaged.optimizer, plugins: [averaged.plugin] })
  const optimizer = adam({ beta1: 0.7, beta2: 0.99, eps: 1e-5, weightDecay: 0.01 });
  const everywhere = [
    activationRegularization(2), // AR: small activations (AWD-LSTM section 4.6)
    temporalActivationRegularization(1), // TAR: activations that change slowly (AWD-LSTM section 4.6)
    clipGlobalNorm(0.25), // the norm of all gradients together (AWD-LSTM section 5)
  ];
  // A short rise, then a long fall over all updates of the fit (ULMFiT section 3.2, equation 3).
  const stlr = learningRateSchedule(slantedTriangular());

  /** Trains a language model, on top of another one where given. */
  async function languageModel(
    stage: string,
    texts: readonly string[],
    rates: readonly TrainingPlugin[],
    from?: { readonly model: LanguageModel; readonly vocabulary: Vocabulary },
  ) {
    const builder = tokenized(texts);
    const vocabulary = buildVocabulary(builder.counts(), { maxWords: sizes.maxWords, minCount: 2 });
    const documents = builder.build(vocabulary);
    const held = Math.ceil(documents.length / 10);
    const all = Array.from({ length: documents.length }, (_, i) => i);

    // An LSTM of several layers. Its decoder is tied to its embedding: one matrix (AWD-LSTM section 4.4).
    const model = createLanguageModel({ ...sizes.encoder, vocabulary: vocabulary.size }, { seed });
    if (from) {
      // Words that both know keep their row; new ones begin as the mean row (ULMFiT section 3.2).
      const source = { model: from.model, words: from.vocabulary.itos };
      const kept = transferLanguageModel(source, { model, words: vocabulary.itos });
      say(`${stage}: ${kept} of ${vocabulary.size} words are known from pretraining`);
    }
    const trainer = createTrainer({
      model,
      optimizer,
      seed,
      // DropConnect on the recurrent weights, variational and embedding dropout (AWD-LSTM sections 2, 4.2 and 4.3).
      plugins: [...awdLstmDropouts({ preset: 'paper', multiplier: dropout }), ...everywhere],
    });
    const loader = { batchSize, window, seed, stage };
    await trainer.fit({
      stage,
      // Windows of varying length (AWD-LSTM section 4.1), whose rate varies with them.
      train: languageModelLoader(documents.subset(all.slice(held)), {
        ...loader,
        shuffle: true,
        jitter: true,
      }),
      validate: languageModelLoader(documents.subset(all.slice(0, held)), loader),
      epochs: sizes.languageModelEpochs,
      plugins: [...rates, bpttRateScaling()],
    });
    const perplexity = Math.exp(trainer.history.at(-1)?.values['valid/loss'] ?? NaN);
    say(`${stage}: perplexity ${perplexity.toFixed(1)}`);
    trainer.dispose();
    return { model, vocabulary, perplexity };
  }

  // 1. General-domain pretraining (ULMFiT section 3.1), here under fastai's one-cycle policy.
  const pretrained = await languageModel('pretrain', corpus, [
    discriminativeRates({ lr, divisor: 1 }),
    oneCyclePolicy(),
  ]);

  // 2. Fine-tuning on the reviews, without labels: lower layers learn more slowly (ULMFiT section 3.2).
  const tuning = [discriminativeRates({ lr, divisor }), stlr];
  const tuned = await languageModel('fine-tune', textsOf(lm), tuning, pretrained);

  // 3. The classifier: the encoder with a head over concat pooling (ULMFiT section 3.3), which reads documents of any
  // length window by window, as BPT3C does.
  const classifier = createClassifier(
    { ...sizes.encoder, vocabulary: tuned.vocabulary.size, classes: classes.length, headLayers: [50] },
    { seed },
  );
  copyEncoder(tuned.model.encoder, classifier.encoder);
  pretrained.model.dispose();
  tuned.model.dispose();
  const trainer = createTrainer({
    model: classifier,
    optimizer,
    seed,
    metrics: [accuracy],
    plugins: [...classifierDropouts({ preset: 'paper', multiplier: dropout }), ...everywhere],
  });
  const loaderOf = (some: readonly LabelledReview[], shuffle: boolean) =>
    classifierLoader(
      tokenized(textsOf(some)).build(tuned.vocabulary),
      some.map(({ label }) => classes.indexOf(label)),
      { batchSize, shuffle, seed, stage: 'classify' },
    );
  const [learnt, watched] = [loaderOf(train, true), loaderOf(validation, false)];
  // Gradual unfreezing, one more group from the top at each stage (ULMFiT section 3.3).
  const { names: groups } = trainer.groups;
  const plan = gradualUnfreezing({ groups, lr, divisor, lastEpochs: sizes.classifierEpochs });
  for (const { stage, epochs, plugins } of unfreezingPlan(plan)) {
    await trainer.fit({ stage, epochs, train: learnt, validate: watched, plugins: [...plugins, stlr] });
    say(`${stage}: validation accuracy ${percent(trainer.history.at(-1)?.values['valid/accuracy'])}`);
  }

  // 4. The score, on reviews that nothing has seen.
  const score = await trainer.evaluate(loaderOf(test, false));
  say(`test: accuracy ${percent(score?.['accuracy'])} on ${test.length} reviews`);
  trainer.dispose();
  classifier.dispose();
  return { pretrained: pretrained.perplexity, tuned: tuned.perplexity, accuracy: score?.['accuracy'] ?? NaN };
}

/** The share of documents whose class has the highest logit. */
const accuracy: Metric<ClassifierInput, ClassifierOutput> = {
  name: 'accuracy',
  measure: ({ logits }, { labels }) => ({
    sum: labels ? (sum(equal(argMax(logits, 1), labels)).arraySync() as number) : 0,
    weight: logits.shape[0],
  }),
};

const percent = (share = NaN): string => `${(100 * share).toFixed(1)} %`;
