import { fitEpochs, type FitLength } from '../recipe/fit-epochs.js';
import { availableParallelism } from 'node:os';
import type { Architecture } from '@ulmfit/awd-lstm';
import { specialTokens, Vocabulary, type TaskSummary, type TokenSurvey } from '@ulmfit/text';
import type { ClassifierFit, Recipe } from '../recipe/recipe.js';
import type { StageContext } from '../stage-context.js';
import { fitName } from '../stages/fit-name.js';
import { classifierGroups } from '../stages/plan-stage.js';
import { mostPerClass } from '../stages/self-training.js';
import { measureStepRates, type StepRates } from '../stages/step-rates.js';
import type { StageName } from './stage-name.js';

export interface EstimateRunOptions extends Pick<StageContext, 'signal'> {
  /** Its encoder has the sizes of the model that it starts from, where it starts from one. */
  readonly recipe: Recipe;
  /** As of `run`; with the sizes of the model that it starts from, where it starts from one. */
  readonly architecture?: Architecture | undefined;
  readonly stages: readonly StageName[];
  /** What `summarizeTask` and `surveyTokens` give for the task. */
  readonly summary: TaskSummary;
  readonly survey: TokenSurvey;
  /** Tokens of the general text. Default none, without which there is no pretraining. */
  readonly corpusTokens?: number | undefined;
  /** As of `run`. Default true. */
  readonly transfer?: boolean | undefined;
  /** Threads that tokenize. Default one a core. */
  readonly workers?: number | undefined;
}

/** How long a run will take. */
export interface RunEstimate {
  readonly seconds: number;
  /** Of those that it has. */
  readonly stages: Readonly<Partial<Record<StageName, number>>>;
  /** Of the classifier's fits, by the names that events give them. */
  readonly fits: Readonly<Record<string, number>>;
  /** What it was reckoned by. */
  readonly rates: StepRates;
}

/** A forward pass has a third of the products of a training step. */
const FORWARD = 1 / 3;

/**
 * Estimates how long a run takes on this machine: tokens times epochs over the speed of a few steps, measured on the
 * present backend in a second or two. It holds at the machine's present load, for texts that were not tokenized before.
 * @throws the signal's reason
 * @example
 * const { seconds } = await estimateRun({ recipe, summary, survey, stages: ['finetune', 'classify', 'evaluate'] });
 */
export async function estimateRun(options: EstimateRunOptions): Promise<RunEstimate> {
  const {
    recipe,
    architecture,
    stages,
    summary,
    survey,
    corpusTokens = 0,
    transfer = true,
    signal,
  } = options;
  const classes = summary.classes.map(({ name }) => name);
  const rates = await measureStepRates(recipe, {
    ...{ vocabulary: invented(survey.vocabulary), classes, architecture, signal },
  });
  const { pretrain, finetune, validationShare: share, batchSize, window } = recipe.languageModel;
  const { tokens } = survey;
  const passes = (count: number, fit: FitLength) =>
    (fitEpochs(fit, Math.ceil((count * (1 - share)) / (batchSize * window))) *
      count *
      (1 - share + share * FORWARD)) /
    rates.languageModel;
  const cutting = (count: number) => count / tokensPerSecond(options);
  const scored = tokens.test > 0 ? tokens.test : tokens.valid;
  const fits = fitSeconds(options, rates);
  const all: Record<StageName, number> = {
    linear: linearSeconds(summary),
    pretrain: pretrain ? passes(corpusTokens, pretrain) + cutting(corpusTokens) : 0,
    finetune: transfer ? passes(tokens.languageModel, finetune) + cutting(tokens.languageModel) : 0,
    classify: classifySeconds(options, rates, fits) + cutting(tokens.train + tokens.valid),
    evaluate: scored / rates.head + cutting(scored),
  };
  const own = stages.filter((stage) => all[stage] > 0);
  return {
    seconds: own.reduce((sum, stage) => sum + all[stage], 0),
    stages: Object.fromEntries(own.map((stage) => [stage, all[stage]])),
    fits: stages.includes('classify') ? fits : {},
    rates,
  };
}

/** A vocabulary of a size, for models that only its size matters to. */
const invented = (size: number): Vocabulary =>
  new Vocabulary([
    ...specialTokens,
    ...Array.from({ length: Math.max(1, size - specialTokens.length) }, (_, i) => `w${i}`),
  ]);

function tokensPerSecond({ survey, workers = availableParallelism() }: EstimateRunOptions): number {
  const { tokens, charactersPerSecond, characters } = survey;
  const perCharacter = tokens.languageModel / Math.max(1, characters);
  return charactersPerSecond * perCharacter * Math.min(workers, availableParallelism());
}

/**
 * Gradual unfreezing: a fit costs as much more than that of the head as it trains groups, the validation a forward pass. Rounds of
 * self-training fit the texts that they label too.
 */
function fitSeconds(options: EstimateRunOptions, rates: StepRates): Record<string, number> {
  const { recipe, architecture, summary, survey, transfer = true } = options;
  const { fits, scratch, batchSize } = recipe.classifier;
  const { train, valid } = survey.tokens;
  const labelled = summary.sets.train.texts;
  const top = classifierGroups({ recipe, architecture }) - 1; // the head's group, the embedding's being the first
  const secondsOf = ({ freezeTo, ...length }: ClassifierFit, texts: number) => {
    const first = freezeTo < 0 ? Math.max(0, top + 1 + freezeTo) : Math.min(top, freezeTo);
    const perToken = 1 / rates.head + (1 / rates.all - 1 / rates.head) * (1 - first / top);
    const tokens = (train * texts) / Math.max(1, labelled);
    const epochs = fitEpochs(length, Math.max(1, Math.ceil(texts / batchSize)));
    return epochs * (tokens * perToken + valid / rates.head);
  };
  const own = transfer ? fits : [scratch];
  const { rounds, texts } = selfTrainingOf(options);
  return Object.fromEntries(
    ['classify', ...Array.from({ length: rounds }, (_, round) => `classify.round${round + 1}`)].flatMap(
      (stage, round) =>
        own.map((fit, i) => [
          fitName(stage, i, fit),
          secondsOf(fit, round === 0 ? labelled : labelled + texts.chosen),
        ]),
    ),
  );
}

/** How many texts self-training's rounds read, and how many of those a round learns from. */
function selfTrainingOf({ recipe, summary }: EstimateRunOptions) {
  const { selfTraining } = recipe.classifier;
  if (!selfTraining) return { rounds: 0, texts: { read: 0, chosen: 0 } };
  const classes = summary.classes.length;
  const read = Math.min(selfTraining.texts, summary.sets.unlabelled.texts);
  const chosen = Math.min(read, classes * mostPerClass(selfTraining, { texts: read, classes }));
  return { rounds: selfTraining.rounds, texts: { read, chosen } };
}

function classifySeconds(
  options: EstimateRunOptions,
  rates: StepRates,
  fits: Readonly<Record<string, number>>,
): number {
  const { recipe, summary, survey, transfer = true } = options;
  const { train, valid } = survey.tokens;
  const training = Object.values(fits).reduce((sum, seconds) => sum + seconds, 0);
  // How the logits of the validation texts become classes is chosen at the end.
  const reading = transfer && recipe.classifier.probe ? (train + valid) / rates.head : 0;
  const { rounds, texts } = selfTrainingOf(options);
  const labelling = (rounds * texts.read * train) / Math.max(1, summary.sets.train.texts) / rates.head;
  return reading + training + labelling + valid / rates.head;
}

/** Of TF-IDF with logistic regression; measured on one thread, it matters little beside the others. */
function linearSeconds({ sets, classes, multiLabel }: TaskSummary): number {
  const megabytes = (set: 'train' | 'valid') => (sets[set].texts * sets[set].characters.mean) / 1e6;
  const outputs = classes.length === 2 && !multiLabel ? 1 : classes.length;
  return 0.5 + megabytes('train') * (0.2 + 0.05 * outputs) + 0.2 * megabytes('valid');
}
