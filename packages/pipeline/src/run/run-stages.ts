import {
  applyDecision,
  plainDecision,
  type DecidedClassifier,
  type Decision,
  probabilitiesOf,
  linearToBytes,
} from '@ulmfit/inference';
import { readLinear } from './read-linear.js';
import type { AnyEncoder } from '@ulmfit/awd-lstm';
import { UlmfitError } from '@ulmfit/errors';
import { writeAtomically } from '@ulmfit/files';
import { trainLinear, type LinearClassifier } from '@ulmfit/linear';
import {
  buildVocabulary,
  type ClassificationTask,
  type TextSource,
  type TokenCorpusBuilder,
  type Tokenizer,
  type Vocabulary,
} from '@ulmfit/text';
import { trainClassifier, type TrainedClassifier } from '../stages/classifier-stage.js';
import type { LabelledDocuments } from '../stages/labelled-documents.js';
import { scoredSplit } from './evaluate-models.js';
import { fitDecision } from '../judge/fit-decision.js';
import { judge } from '../judge/judge.js';
import { sharedLogits } from '../judge/shared-logits.js';
import { runFiles } from './run-files.js';
import {
  corpusTokens,
  languageModelData,
  requireBatches,
  taskTokens,
} from '../stages/language-model-data.js';
import { trainLanguageModel, type TrainedLanguageModel } from '../stages/language-model-stage.js';
import { loadDecidedClassifier, loadReading } from '../inference/load-models.js';
import { saveClassifier, saveLanguageModel } from '../inference/save-models.js';
import type { OpenRun } from './open-run.js';
import { requireValidation } from '../recipe/require-validation.js';
import type { SelfTraining } from '../recipe/recipe.js';
import type { RunSettings } from './run-settings.js';
import { linearLogits, scoreTask } from './score-task.js';
import type { StageName, TrainedStage } from './stage-name.js';
import type { StageContext } from '../stage-context.js';
import { classifierGroups } from '../stages/plan-stage.js';
import { awdLstmSizes, requireMemory } from '../stages/require-memory.js';
import { sizesOf } from '../stages/stage-encoder.js';
import { trainBySelfTraining } from '../stages/self-training.js';
import { drawUnlabelled } from '../stages/unlabelled-texts.js';
import { labelledDocuments, requireLanguageModelTexts, requireTexts } from '../stages/task-texts.js';
import type { Training } from './training-settings.js';
import type { TokenizeOptions } from '../tokens/tokenized.js';

/** What the stages of a run are given alike. */
type RunContext = Pick<StageContext, 'signal' | 'onEvent' | 'saveEvery' | 'slices' | 'collective'> &
  Pick<TokenizeOptions, 'workers' | 'cache'> &
  Training & {
    readonly explainMistakes?: number | undefined;
    readonly task: ClassificationTask | undefined;
    readonly corpus: TextSource | undefined;
    readonly tokenizer: Tokenizer;
  };

/** The stages over one folder, with what they share. Data is read when a stage needs it, and not kept. */
export class RunStages {
  readonly #folder: OpenRun;
  readonly #settings: RunSettings;
  readonly #context: RunContext;
  readonly #tokenizer: Tokenizer;
  #languageModel: { of: 'pretrain' | 'finetune'; trained: TrainedLanguageModel<AnyEncoder> } | undefined;
  #classifier: DecidedClassifier | undefined;
  #linear: LinearClassifier | undefined;

  constructor(folder: OpenRun, settings: RunSettings, context: RunContext) {
    this.#folder = folder;
    this.#settings = settings;
    this.#context = context;
    this.#tokenizer = context.tokenizer;
  }

  /**
   * Looks at the texts that the stages will ask for, and at what they will freeze: hours of training come before some of
   * them.
   * @throws UlmfitError `BAD_RECIPE`, `TOO_LARGE`, `NO_TEXTS`, `TOO_FEW_DOCUMENTS`, `CORPUS_TOO_SMALL`, or what is wrong with the data
   */
  async check(stages: readonly StageName[]): Promise<void> {
    const { result } = this.#folder;
    const { transfer, encoder, recipe } = this.#settings;
    const open = new Set(stages.filter((stage) => !result[stage]));
    const isGiven = this.#settings.pretrained !== undefined || encoder !== undefined;
    const trains = open.has('pretrain') || open.has('finetune') || open.has('classify');
    // Before any text is read: each further word takes more.
    if (trains && !isGiven) this.#checkMemory();
    // By itself a stage meets them at once.
    if (open.size < 2) return;
    if (open.has('classify')) {
      this.#checkFreezing();
      requireValidation(recipe, this.#task.counts.valid > 0);
    }
    const readsTexts = open.has('finetune') && transfer && encoder === undefined;
    if (readsTexts || (open.has('classify') && !transfer))
      await requireLanguageModelTexts(this.#task, recipe.languageModel.texts, this.#context);
    if (readsTexts) await requireBatches(this.#task, recipe, this.#tokenizer, this.#context);
    if (open.has('classify')) await requireTexts(this.#task, 'train', this.#context);
    if (open.has('evaluate')) await requireTexts(this.#task, scoredSplit(this.#task), this.#context);
  }

  #checkMemory(): void {
    const { architecture } = this.#context;
    const least = { vocabulary: 1, batchSize: 1, window: 1 };
    if (!architecture)
      return requireMemory('recipe', { ...awdLstmSizes(this.#settings.recipe.encoder, 1), ...least });
    const { name, sizes } = architecture;
    const memory = architecture.memory?.({ ...sizes, vocabulary: 1 });
    if (memory) requireMemory('architecture', { encoder: sizesOf(name, sizes), memory, ...least });
  }

  #checkFreezing(): void {
    const { recipe, transfer, pretrained, encoder } = this.#settings;
    // A model that is given has layers of its own.
    if (pretrained !== undefined || encoder !== undefined) return;
    const { fits, scratch } = recipe.classifier;
    const groups = classifierGroups({ recipe, architecture: this.#context.architecture });
    const wrong = (transfer ? fits : [scratch]).find(
      (fit) => fit.freezeTo < -groups || fit.freezeTo >= groups,
    );
    if (!wrong) return;
    throw new UlmfitError(
      'BAD_RECIPE',
      `recipe: the classifier's fit ${wrong.name} has freezeTo ${wrong.freezeTo}; it must be from ${-groups} to ${groups - 1}: there are ${groups} groups`,
    );
  }

  async linear(): Promise<void> {
    if (this.#folder.result.linear || !this.#settings.linear) return;
    const task = this.#task;
    const { signal, onEvent } = this.#context;
    await requireTexts(task, 'train', this.#context);
    const begun = Date.now();
    const { recipe } = this.#settings;
    const linear = await trainLinear(task.labelled('train', { signal }), {
      classes: task.classes.length,
      multiLabel: task.multiLabel,
      ...(recipe.linear?.maxTerms !== undefined && { maxFeatures: recipe.linear.maxTerms }),
      classWeights: recipe.classifier.classWeights === 'balanced' ? 'balanced' : undefined,
      signal,
      onProgress: (progress) => onEvent?.({ type: 'linear', stage: 'linear', ...progress }),
    });
    this.#linear = linear;
    writeAtomically(this.#folder.pathOf(runFiles.linear), linearToBytes(linear));
    const { features } = linear;
    this.#folder.finish('linear', {
      features,
      ...(task.counts.valid > 0 && (await validFigures(linear, task, signal))),
      seconds: secondsSince(begun),
    });
  }

  async pretrain(): Promise<void> {
    const { corpus } = this.#context;
    if (this.#folder.result.pretrain || !corpus) return;
    const tokens = await corpusTokens(corpus, this.#tokenizer, this.#context);
    await this.#trainLanguageModel('pretrain', tokens, undefined);
  }

  async finetune(): Promise<void> {
    if (this.#folder.result.finetune || this.#settings.encoder !== undefined || !this.#settings.transfer)
      return;
    const from = await this.#pretrained();
    const tokens = await this.#languageModelTexts();
    await this.#trainLanguageModel('finetune', tokens, from);
  }

  async classify(): Promise<void> {
    if (this.#folder.result.classify) return;
    const { recipe, transfer, backwards, seed } = this.#settings;
    const from = transfer ? await this.#fineTuned() : undefined;
    const vocabulary = from?.vocabulary ?? (await this.#scratchVocabulary());
    const words = { tokenizer: this.#tokenizer, vocabulary };
    const train = await labelledDocuments(this.#task, 'train', words, this.#context);
    const valid =
      this.#task.counts.valid > 0
        ? await labelledDocuments(this.#task, 'valid', words, this.#context)
        : undefined;
    const begun = Date.now();
    const { selfTraining, semiSupervised } = recipe.classifier;
    const count = Math.max(selfTraining?.texts ?? 0, semiSupervised?.texts ?? 0);
    const unlabelled =
      count > 0 ? await drawUnlabelled(this.#task, count, { ...words, seed }, this.#context) : undefined;
    const linear = this.#baseline;
    const options = {
      ...this.#context,
      ...{ recipe, seed, backwards, vocabulary, train, valid, from },
      classes: this.#task.classes,
      multiLabel: this.#task.multiLabel,
      unlabelled: unlabelled?.documents,
      store: this.#folder.store('classify'),
      probeStore: this.#folder.store('probe'),
      ...this.#training('classify'),
    };
    const classifier =
      selfTraining && unlabelled
        ? await trainBySelfTraining({
            ...options,
            selfTraining,
            unlabelled: unlabelled.documents,
            probabilities: async (teacher) =>
              this.#teaches(selfTraining.teacher, teacher, valid, linear, unlabelled.texts),
            roundStore: (round, part) => this.#folder.store(`${part}-${round}`),
          })
        : await trainClassifier(options);
    this.#classifier = {
      ...{ classifier, linear, tokenizer: this.#tokenizer },
      decision: valid ? await this.#decide(classifier, valid, linear) : plainDecision,
    };
    saveClassifier(this.#folder.pathOf('model'), this.#classifier);
    const { best } = classifier;
    this.#folder.finish('classify', { seconds: secondsSince(begun), ...(best && { best }) });
  }

  async evaluate(): Promise<void> {
    if (this.#folder.result.evaluate) return;
    const { recipe } = this.#settings;
    this.#classifier ??= {
      ...loadDecidedClassifier(this.#folder.pathOf('model'), {
        tokenizer: this.#tokenizer,
        architectures: this.#reading.architectures,
        onWarning: this.#warn,
      }),
      linear: this.#baseline,
    };
    const begun = Date.now();
    const { collective, explainMistakes } = this.#context;
    const evaluation = await scoreTask([this.#classifier], {
      ...this.#context,
      // Only the first rank's report is kept.
      explainMistakes: collective === undefined || collective.rank === 0 ? explainMistakes : 0,
      task: this.#task,
      split: scoredSplit(this.#task),
      batchSize: recipe.classifier.evaluationBatchSize,
    });
    this.#folder.finish('evaluate', { ...evaluation, seconds: secondsSince(begun) });
  }

  dispose(): void {
    this.#languageModel?.trained.model.dispose();
    this.#classifier?.classifier.model.dispose();
  }

  /** Probabilities of texts as the models give them that label for self-training, of the logits that a pass of the neural one has. */
  async #teaches(
    teacher: SelfTraining['teacher'],
    classifier: TrainedClassifier<AnyEncoder>,
    valid: LabelledDocuments | undefined,
    linear: LinearClassifier | undefined,
    texts: readonly string[],
  ): Promise<(logits: number[][]) => number[][]> {
    const { multiLabel } = this.#task;
    if (teacher === 'linear') {
      const own = probabilitiesOf(requireLinear(linear).logits(texts), multiLabel);
      return () => own;
    }
    const usesLinear = teacher === 'blend' ? linear : undefined;
    const decision = valid ? await this.#decide(classifier, valid, usesLinear) : plainDecision;
    const others = usesLinear && (decision.linearWeight ?? 0) > 0 ? usesLinear.logits(texts) : undefined;
    return (neural) => applyDecision({ neural, linear: others }, decision, { multiLabel }).probabilities;
  }

  /** How the logits on the validation texts are best made into classes. */
  async #decide(
    classifier: TrainedClassifier<AnyEncoder>,
    { documents, labels }: LabelledDocuments,
    linear: LinearClassifier | undefined,
  ): Promise<Decision> {
    const { signal, collective } = this.#context;
    const batchSize = this.#settings.recipe.classifier.evaluationBatchSize;
    const neural = await sharedLogits(classifier, documents, { batchSize, signal, collective });
    const others = linear && (await linearLogits(linear, this.#task, 'valid', signal));
    return fitDecision({ neural, linear: others }, labels, this.#task);
  }

  /** The plain baseline, where this run has one. */
  get #baseline(): LinearClassifier | undefined {
    if (!this.#settings.linear) return undefined;
    return (this.#linear ??= readLinear(this.#folder.pathOf(runFiles.linear)));
  }

  /** @throws UlmfitError `NO_TASK` */
  get #task(): ClassificationTask {
    const { task } = this.#context;
    if (task) return task;
    throw new UlmfitError('NO_TASK', 'run: without a task there is only pretraining; give `task`');
  }

  async #trainLanguageModel(
    stage: 'pretrain' | 'finetune',
    tokens: TokenCorpusBuilder,
    from: TrainedLanguageModel<AnyEncoder> | undefined,
  ): Promise<void> {
    const { recipe, backwards, seed } = this.#settings;
    const data = languageModelData(stage, tokens, recipe);
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
      ...this.#training(stage),
    });
    this.#keep(stage, trained);
    saveLanguageModel(this.#folder.pathOf(stage), trained, { tokenizer: this.#tokenizer, backwards });
    const { perplexity, accuracy } = trained;
    this.#folder.finish(stage, {
      vocabulary: data.vocabulary.size,
      tokens: data.train.tokens,
      perplexity,
      accuracy,
      seconds: secondsSince(begun),
    });
  }

  /** The language model that fine-tuning starts from: given, or pretrained in this folder; none without pretraining. */
  async #pretrained(): Promise<TrainedLanguageModel<AnyEncoder> | undefined> {
    const { pretrained } = this.#settings;
    if (this.#languageModel?.of === 'pretrain') return this.#languageModel.trained;
    if (pretrained === undefined && !this.#context.corpus) return undefined;
    const path = pretrained ?? this.#folder.pathOf('pretrain');
    return this.#keep('pretrain', loadReading(path, 'pretrain', this.#tokenizer, this.#reading));
  }

  /** The language model whose encoder the classifier starts from. */
  async #fineTuned(): Promise<TrainedLanguageModel<AnyEncoder>> {
    if (this.#languageModel?.of === 'finetune') return this.#languageModel.trained;
    const path = this.#settings.encoder ?? this.#folder.pathOf('finetune');
    return this.#keep('finetune', loadReading(path, 'finetune', this.#tokenizer, this.#reading));
  }

  /** The plugins and the optimizer of a stage. */
  #training<Stage extends TrainedStage>(stage: Stage) {
    const { plugins, optimizers, observers } = this.#context;
    return { plugins: [...plugins[stage], ...observers], optimizer: optimizers[stage] };
  }

  readonly #warn = (message: string): void => this.#context.onEvent?.({ type: 'warning', message });

  get #reading() {
    const { architecture } = this.#context;
    return {
      backwards: this.#settings.backwards,
      architectures: architecture ? [architecture] : [],
      onWarning: this.#warn,
    };
  }

  /** One language model is in memory at a time. */
  #keep(
    of: 'pretrain' | 'finetune',
    trained: TrainedLanguageModel<AnyEncoder>,
  ): TrainedLanguageModel<AnyEncoder> {
    if (this.#languageModel && this.#languageModel.trained !== trained)
      this.#languageModel.trained.model.dispose();
    this.#languageModel = { of, trained };
    return trained;
  }

  /** Without transfer the words are those of the texts that a language model would have been fine-tuned on. */
  async #scratchVocabulary(): Promise<Vocabulary> {
    const tokens = await this.#languageModelTexts();
    return buildVocabulary(tokens.counts(), this.#settings.recipe.vocabulary);
  }

  /** The texts that the recipe's language model is fine-tuned on. */
  #languageModelTexts(): Promise<TokenCorpusBuilder> {
    return taskTokens(this.#task, this.#settings.recipe, this.#tokenizer, this.#context);
  }
}

/** @throws UlmfitError `BAD_RECIPE` */
function requireLinear(linear: LinearClassifier | undefined): LinearClassifier {
  if (linear) return linear;
  throw new UlmfitError(
    'BAD_RECIPE',
    'recipe: classifier.selfTraining.teacher is linear, but this run has no plain baseline; remove --no-linear, or use the teacher blend',
  );
}

/** What the baseline reaches on the validation texts. */
async function validFigures(
  linear: LinearClassifier,
  task: ClassificationTask,
  signal: AbortSignal | undefined,
): Promise<{ accuracy: number; macroF1: number }> {
  const truth: (readonly number[])[] = [];
  for await (const { labels } of task.labelled('valid', { signal })) truth.push(labels);
  const logits = await linearLogits(linear, task, 'valid', signal);
  const { accuracy, macro } = judge(probabilitiesOf(logits, task.multiLabel), truth, task);
  return { accuracy, macroF1: macro.f1 };
}

const secondsSince = (begun: number): number => Math.round((Date.now() - begun) / 100) / 10;
