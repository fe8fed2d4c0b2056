import { tidy } from '@tensorflow/tfjs-core';
import type { AnyEncoder, AwdLstmEncoder } from '@ulmfit/awd-lstm';
import { dropoutPresets } from '@ulmfit/regularizers';
import { showName, UlmfitError } from '@ulmfit/errors';
import { probabilitiesOf } from '@ulmfit/inference';
import { pseudoLabels, type PseudoLabels } from '@ulmfit/semi-supervised';
import { TokenCorpus } from '@ulmfit/text';
import { flatPlugins } from '@ulmfit/trainer';
import type { Recipe, SelfTraining } from '../recipe/recipe.js';
import type { StageContext } from '../stage-context.js';
import { trainClassifier, type ClassifierStageOptions, type TrainedClassifier } from './classifier-stage.js';
import { dropoutPasses } from './dropout-passes.js';
import type { LabelledDocuments } from './labelled-documents.js';
import { pooledFeatures } from './pooled-features.js';
import { watchedFigure } from './watched-figure.js';

export interface SelfTrainingOptions<
  E extends AnyEncoder = AwdLstmEncoder,
> extends ClassifierStageOptions<E> {
  readonly selfTraining: SelfTraining;
  /** Texts that the model labels itself. */
  readonly unlabelled: TokenCorpus;
  /**
   * What makes the teacher's logits of a pass into probabilities, such as its blend with a linear model. Default its softmax.
   */
  readonly probabilities?:
    ((teacher: TrainedClassifier<E>) => Promise<(logits: number[][]) => number[][]>) | undefined;
  /** Where the rounds after the first model save their states, each in a store of its own. */
  readonly roundStore?: ((round: number, part: 'probe' | 'classify') => StageContext['store']) | undefined;
}

/** How many times its share of the labelled texts a class may have of the others, though that is more than the recipe's limit. */
const LEANING = 1.25;

/**
 * Self-training: trains a classifier, lets it label texts, and trains another on those too, again from the language model,
 * for some rounds. The best on the validation texts is kept, or the last without any or where `keepBest` is `none`. A model
 * that labels nearly all texts alike ends it.
 * @throws Interrupted; UlmfitError `BAD_RECIPE` for texts with several classes, `BAD_PLUGINS` for a plugin whose state the rounds would share
 * @example
 * const { model } = await trainBySelfTraining({
 *   ...{ recipe, train, vocabulary, classes, from: tuned, unlabelled: corpus, seed: 1 },
 *   selfTraining: { rounds: 1, texts: 4, teacher: 'neural', choose: 'draw', perClass: 2, passes: 2, mostShare: 1 },
 * });
 */
export async function trainBySelfTraining<E extends AnyEncoder = AwdLstmEncoder>(
  options: SelfTrainingOptions<E>,
): Promise<TrainedClassifier<E>> {
  const { selfTraining, unlabelled, roundStore, recipe, train, onEvent, seed } = options;
  requireRounds(options);
  let teacher = await trainClassifier(options);
  for (let round = 1; round <= selfTraining.rounds; round++) {
    let chosen: PseudoLabels;
    try {
      chosen = await labelledByItself(teacher, round, options);
    } catch (error) {
      if (!(error instanceof UlmfitError && error.code === 'ONE_SIDED')) {
        teacher.model.dispose();
        throw error;
      }
      onEvent?.({
        type: 'warning',
        message: `round ${round} of self-training is left out: ${error.message}`,
      });
      break;
    }
    const { indices, labels, shares, probabilities } = chosen;
    onEvent?.({
      ...{ type: 'pseudo-labels', stage: 'classify', round, texts: indices.length, shares },
      probability: probabilities.reduce((sum, p) => sum + p / probabilities.length, 0),
    });
    let student: TrainedClassifier<E>;
    try {
      student = await trainClassifier({
        ...options,
        round,
        train: together(train, { documents: unlabelled.subset(indices), labels: [...labels] }),
        store: roundStore?.(round, 'classify'),
        probeStore: roundStore?.(round, 'probe'),
        seed,
      });
    } catch (error) {
      teacher.model.dispose();
      throw error;
    }
    const isKept = isAsGood(student, teacher, recipe);
    const [kept, left] = isKept ? [student, teacher] : [teacher, student];
    left.model.dispose();
    teacher = kept;
    // What taught worse than before would go on to teach the same.
    if (!isKept) break;
  }
  return teacher;
}

/** @throws UlmfitError `BAD_RECIPE`, `BAD_PLUGINS` */
function requireRounds<E extends AnyEncoder>({ multiLabel, plugins = [] }: SelfTrainingOptions<E>): void {
  if (multiLabel) {
    throw new UlmfitError(
      'BAD_RECIPE',
      'recipe: classifier.selfTraining needs one class per text, and these may have several; set it to null',
    );
  }
  const stateful = flatPlugins(plugins).find(({ stateDict }) => stateDict);
  if (!stateful) return;
  throw new UlmfitError(
    'BAD_PLUGINS',
    `plugins: ${showName(stateful.name)} has state that the rounds of self-training would share; leave it out, or set classifier.selfTraining to null`,
  );
}

async function labelledByItself<E extends AnyEncoder>(
  teacher: TrainedClassifier<E>,
  round: number,
  options: SelfTrainingOptions<E>,
): Promise<PseudoLabels> {
  const { selfTraining, unlabelled, recipe, classes, seed, signal, onEvent, probabilities } = options;
  const { passes, choose } = selfTraining;
  const { dropouts, dropoutMultiplier, dropoutRates, headDropout } = recipe.classifier;
  const { evaluationBatchSize: batchSize } = recipe.classifier;
  const rows = await pooledFeatures(teacher.model, unlabelled, {
    ...{ batchSize, backwards: teacher.backwards, signal },
    onBatch: (done, batches) =>
      onEvent?.({
        type: 'evaluate',
        stage: `classify: texts without a label, round ${round}`,
        done,
        batches,
      }),
  });
  const toProbabilities = (await probabilities?.(teacher)) ?? ((logits) => probabilitiesOf(logits, false));
  const output = dropoutRates?.output ?? dropoutPresets[dropouts].output * dropoutMultiplier;
  const rates = [output, ...headDropout];
  const logits = tidy(() =>
    dropoutPasses(teacher.model, rows, { passes, rates, seed, stage: `classify.round${round}` }),
  );
  const perClass = mostPerClass(selfTraining, { texts: unlabelled.length, classes: classes.length });
  const mostShare = Math.max(selfTraining.mostShare, Math.min(1, LEANING * largestShare(options)));
  return pseudoLabels(logits.map(toProbabilities), { perClass, seed, round, mostShare, choose });
}

/** How many texts of each class a round learns from at most. */
export const mostPerClass = (
  { perClass, share = 1 }: SelfTraining,
  { texts, classes }: { readonly texts: number; readonly classes: number },
): number => Math.min(perClass, Math.ceil((share * texts) / classes));

/** The share of the largest class among the texts that are labelled. */
function largestShare<E extends AnyEncoder>({ train, classes }: SelfTrainingOptions<E>): number {
  const counts = classes.map(() => 0);
  for (const label of train.labels as Iterable<number>) counts[label] = (counts[label] ?? 0) + 1;
  return Math.max(...counts) / train.documents.length;
}

/** Labelled texts, and after them those that a model has labelled. */
function together(first: LabelledDocuments, second: LabelledDocuments): LabelledDocuments {
  const documents = [first, second].flatMap(({ documents: of }) =>
    Array.from({ length: of.length }, (_, i) => of.document(i)),
  );
  const labels = [
    ...(first.labels as ArrayLike<number> & Iterable<number>),
    ...(second.labels as Iterable<number>),
  ];
  return { documents: TokenCorpus.fromDocuments(documents), labels };
}

/** Whether a student comes up to its teacher on the texts that validate, or whether those have no say. */
function isAsGood<E extends AnyEncoder>(
  student: TrainedClassifier<E>,
  teacher: TrainedClassifier<E>,
  { classifier }: Recipe,
): boolean {
  if (classifier.keepBest === 'none' || !student.best || !teacher.best) return true;
  const { watch, better } = watchedFigure(classifier.keepBest);
  const [now, before] = [student.best[watch], teacher.best[watch]];
  return better === 'less' ? now <= before : now >= before;
}
