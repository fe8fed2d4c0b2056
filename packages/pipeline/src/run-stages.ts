import { splitImdb, type ImdbSplit, type LabelledReview, type Review } from '@ulmfit/data-imdb';
import { UlmfitError } from '@ulmfit/errors';
import {
  buildVocabulary,
  fastaiTokenizer,
  type TokenCorpus,
  type TokenCorpusBuilder,
  type Tokenizer,
  type Vocabulary,
} from '@ulmfit/text';
import { corpusContent } from './corpus-content.js';
import { trainClassifier, type LabelledDocuments, type TrainedClassifier } from './classifier-stage.js';
import { loadCorpus, loadReviews } from './data-source.js';
import { evaluateClassifier } from './evaluate-classifier.js';
import { trainLanguageModel, type TrainedLanguageModel } from './language-model-stage.js';
import {
  loadClassifierBundle,
  loadLanguageModel,
  saveClassifier,
  saveLanguageModel,
} from './model-bundles.js';
import type { OpenRun } from './open-run.js';
import { reviewSet } from './review-set.js';
import type { RunSettings } from './run-settings.js';
import type { StageName } from './stage-name.js';
import type { StageContext } from './stage-context.js';
import { encoded, tokenized, type TokenizeOptions } from './tokenized.js';

/** The two classes of the task, in the order of the model's outputs. */
export const IMDB_LABELS = ['neg', 'pos'] as const;

/** What the stages of a run are given alike. */
type RunContext = Pick<StageContext, 'signal' | 'onEvent' | 'saveEvery' | 'plugins'> &
  Pick<TokenizeOptions, 'workers' | 'cache'>;

/** The stages over one folder, with what they share. Data is read when a stage needs it, and not kept. */
export class RunStages {
  readonly #folder: OpenRun;
  readonly #settings: RunSettings;
  readonly #context: RunContext;
  readonly #tokenizer = fastaiTokenizer();
  #languageModel: { of: 'pretrain' | 'finetune'; trained: TrainedLanguageModel } | undefined;
  #classifier: TrainedClassifier | undefined;

  constructor(folder: OpenRun, settings: RunSettings, context: RunContext) {
    this.#folder = folder;
    this.#settings = settings;
    this.#context = context;
  }

  /**
   * Draws the reviews that the stages will ask for, and looks at what they will freeze: hours of training come before some
   * of them.
   * @throws UlmfitError `BAD_RECIPE`, `NO_REVIEWS`, `BAD_SPLIT`, or what is wrong with the data
   */
  async check(stages: readonly StageName[]): Promise<void> {
    const { result } = this.#folder;
    const { transfer, encoder, data } = this.#settings;
    const open = stages.filter((stage) => !result[stage]);
    // By itself a stage meets them at once.
    if (open.length < 2) return;
    if (open.includes('classify')) this.#checkFreezing();
    const needs: Record<StageName, readonly (keyof ImdbSplit)[]> = {
      pretrain: [],
      finetune: transfer && encoder === undefined ? ['lm'] : [],
      classify: transfer ? ['train'] : ['train', 'lm'],
      evaluate: ['test'],
    };
    const sets = open.flatMap((stage) => needs[stage]);
    if (sets.length === 0) return;
    const split = await this.#split();
    for (const name of sets) reviewSet(split, name, data);
  }

  #checkFreezing(): void {
    const { recipe, transfer, pretrained, encoder } = this.#settings;
    // A model that is given has layers of its own.
    if (pretrained !== undefined || encoder !== undefined) return;
    const { fits, scratch } = recipe.classifier;
    // The embedding, the layers and the head.
    const groups = recipe.encoder.layers + 2;
    const wrong = (transfer ? fits : [scratch]).find(
      (fit) => fit.freezeTo < -groups || fit.freezeTo >= groups,
    );
    if (!wrong) return;
    throw new UlmfitError(
      'BAD_RECIPE',
      `recipe: the classifier's fit ${wrong.name} has freezeTo ${wrong.freezeTo}; it must be from ${-groups} to ${groups - 1}: there are ${groups} groups`,
    );
  }

  async pretrain(): Promise<void> {
    if (this.#folder.result.pretrain || this.#settings.pretrained !== undefined) return;
    const { corpus, corpusWords: words, recipe } = this.#settings;
    if (!recipe.languageModel.pretrain) return;
    const { signal } = this.#context;
    const documents = loadCorpus(corpus, { words, signal });
    const content = corpus === undefined ? undefined : () => corpusContent(corpus, { words, signal });
    const builder = await tokenized(documents, this.#tokenizer, { ...this.#context, content }, 'corpus');
    await this.#trainLanguageModel('pretrain', builder, undefined);
  }

  async finetune(): Promise<void> {
    if (this.#folder.result.finetune || this.#settings.encoder !== undefined || !this.#settings.transfer)
      return;
    const from = await this.#pretrained();
    const builder = await this.#languageModelReviews();
    await this.#trainLanguageModel('finetune', builder, from);
  }

  async classify(): Promise<void> {
    if (this.#folder.result.classify) return;
    const { recipe, transfer, backwards, seed } = this.#settings;
    const from = transfer ? await this.#fineTuned() : undefined;
    const train = await this.#set('train');
    const vocabulary = from?.vocabulary ?? (await this.#scratchVocabulary());
    const documents = await encoded(
      texts(train),
      this.#tokenizer,
      vocabulary,
      this.#context,
      'labelled reviews',
    );
    const begun = Date.now();
    const classifier = await trainClassifier({
      ...this.#context,
      recipe,
      seed,
      backwards,
      vocabulary,
      labels: IMDB_LABELS,
      train: { documents, labels: classes(train) },
      from,
      store: this.#folder.store('classify'),
    });
    this.#classifier = classifier;
    saveClassifier(this.#folder.pathOf('model'), classifier, this.#tokenizer);
    this.#folder.finish('classify', { seconds: secondsSince(begun) });
  }

  async evaluate(): Promise<void> {
    if (this.#folder.result.evaluate) return;
    const { recipe } = this.#settings;
    const classifier =
      this.#classifier ?? loadClassifierBundle(this.#folder.pathOf('model'), this.#tokenizer);
    this.#classifier = classifier;
    const begun = Date.now();
    const test = await testDocuments(
      await this.#set('test'),
      this.#tokenizer,
      classifier.vocabulary,
      this.#context,
    );
    const evaluation = await evaluateClassifier(classifier, test, {
      labels: IMDB_LABELS,
      batchSize: recipe.classifier.evaluationBatchSize,
      ...evaluationProgress(this.#context),
    });
    this.#folder.finish('evaluate', { ...evaluation, seconds: secondsSince(begun) });
  }

  dispose(): void {
    this.#languageModel?.trained.model.dispose();
    this.#classifier?.model.dispose();
  }

  async #trainLanguageModel(
    stage: 'pretrain' | 'finetune',
    builder: TokenCorpusBuilder,
    from: TrainedLanguageModel | undefined,
  ): Promise<void> {
    const { recipe, backwards, seed } = this.#settings;
    if (builder.documents < 2) {
      throw new UlmfitError(
        'TOO_FEW_DOCUMENTS',
        `${stage}: the text is one document, and one is held out for validation; separate documents by two blank lines`,
      );
    }
    const vocabulary = buildVocabulary(builder.counts(), recipe.vocabulary);
    const data = { ...holdOut(builder.build(vocabulary), recipe.languageModel.validationShare), vocabulary };
    const begun = Date.now();
    const trained = await trainLanguageModel({
      ...this.#context,
      stage,
      recipe,
      data,
      from,
      backwards,
      seed,
      store: this.#folder.store(stage),
    });
    this.#keep(stage, trained);
    saveLanguageModel(this.#folder.pathOf(stage), trained, { tokenizer: this.#tokenizer, backwards });
    const { perplexity, accuracy } = trained;
    this.#folder.finish(stage, {
      vocabulary: vocabulary.size,
      tokens: data.train.tokens,
      perplexity,
      accuracy,
      seconds: secondsSince(begun),
    });
  }

  /** The language model that fine-tuning starts from: given, or pretrained in this folder; none without pretraining. */
  async #pretrained(): Promise<TrainedLanguageModel | undefined> {
    const { pretrained, recipe } = this.#settings;
    if (this.#languageModel?.of === 'pretrain') return this.#languageModel.trained;
    if (pretrained === undefined && !recipe.languageModel.pretrain) return undefined;
    const path = pretrained ?? this.#folder.pathOf('pretrain');
    return this.#keep('pretrain', this.#load(path, 'pretrain'));
  }

  /** The language model whose encoder the classifier starts from. */
  async #fineTuned(): Promise<TrainedLanguageModel> {
    if (this.#languageModel?.of === 'finetune') return this.#languageModel.trained;
    const path = this.#settings.encoder ?? this.#folder.pathOf('finetune');
    return this.#keep('finetune', this.#load(path, 'finetune'));
  }

  /** @throws UlmfitError `OTHER_DIRECTION` when the model reads the other way than this run */
  #load(path: string, stage: 'pretrain' | 'finetune'): TrainedLanguageModel {
    const loaded = loadLanguageModel(path, stage, this.#tokenizer);
    // A fastai checkpoint does not tell its direction.
    if (loaded.backwards !== undefined && loaded.backwards !== this.#settings.backwards) {
      loaded.model.dispose();
      const reads = loaded.backwards ? 'backwards' : 'forwards';
      throw new UlmfitError(
        'OTHER_DIRECTION',
        `${path}: reads ${reads}, unlike this run; ${loaded.backwards ? 'add' : 'leave out'} --backwards`,
      );
    }
    return loaded;
  }

  /** One language model is in memory at a time. */
  #keep(of: 'pretrain' | 'finetune', trained: TrainedLanguageModel): TrainedLanguageModel {
    if (this.#languageModel && this.#languageModel.trained !== trained)
      this.#languageModel.trained.model.dispose();
    this.#languageModel = { of, trained };
    return trained;
  }

  /** Without transfer the words are those of the reviews that a language model would have been fine-tuned on. */
  async #scratchVocabulary(): Promise<Vocabulary> {
    const builder = await this.#languageModelReviews();
    return buildVocabulary(builder.counts(), this.#settings.recipe.vocabulary);
  }

  /** The reviews that the recipe's language model is fine-tuned on. */
  async #languageModelReviews(): Promise<TokenCorpusBuilder> {
    const { reviews } = this.#settings.recipe.languageModel;
    const name = reviews === 'unsup' ? 'unlabelled reviews' : 'reviews of training';
    return tokenized(texts(await this.#set('lm')), this.#tokenizer, this.#context, name);
  }

  async #set<Name extends keyof ImdbSplit>(name: Name): Promise<ImdbSplit[Name]> {
    return reviewSet(await this.#split(), name, this.#settings.data);
  }

  /**
   * Reads the reviews anew, which takes a second or two: kept in memory, a hundred thousand strings would be marked by
   * each garbage collection, and training makes many.
   */
  async #split(): Promise<ImdbSplit> {
    const { data, splitSeed: seed, lmReviews, labels, testReviews, recipe } = this.#settings;
    const reviews = await loadReviews(data, this.#context);
    const lmFrom = recipe.languageModel.reviews;
    return splitImdb(reviews, { seed, lmFrom, ...given({ lmReviews, labels, testReviews }) });
  }
}

/** The first documents, at least one, for validation, and the rest to train on. */
function holdOut(corpus: TokenCorpus, share: number): { train: TokenCorpus; valid: TokenCorpus } {
  const held = Math.max(1, Math.floor(corpus.length * share));
  const all = Array.from({ length: corpus.length }, (_, i) => i);
  return { valid: corpus.subset(all.slice(0, held)), train: corpus.subset(all.slice(held)) };
}

/** Labelled reviews as documents with their classes. */
export async function testDocuments(
  reviews: readonly LabelledReview[],
  tokenizer: Tokenizer,
  vocabulary: Vocabulary,
  context: TokenizeOptions,
): Promise<LabelledDocuments> {
  return {
    documents: await encoded(texts(reviews), tokenizer, vocabulary, context, 'test reviews'),
    labels: classes(reviews),
  };
}

/** Progress of an evaluation as events. */
export const evaluationProgress = ({ signal, onEvent }: Pick<StageContext, 'signal' | 'onEvent'>) => ({
  signal,
  onBatch: (done: number, batches: number) =>
    onEvent?.({ type: 'evaluate', stage: 'evaluate', done, batches }),
});

const texts = (reviews: readonly Review[]): string[] => reviews.map((review) => review.text);

const classes = (reviews: readonly LabelledReview[]): number[] =>
  reviews.map(({ label }) => IMDB_LABELS.indexOf(label));

const secondsSince = (begun: number): number => Math.round((Date.now() - begun) / 100) / 10;

/** The entries that are not undefined. */
function given<T extends object>(options: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };
}
