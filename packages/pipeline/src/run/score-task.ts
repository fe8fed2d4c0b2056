import {
  type DecidedClassifier,
  decidedBlend,
  DEFAULT_THRESHOLD,
  explainedPieces,
  explainText,
  probabilitiesOf,
  type ClassScores,
  type ExplainedPiece,
} from '@ulmfit/inference';
import { showName, UlmfitError } from '@ulmfit/errors';
import type { LinearClassifier } from '@ulmfit/linear';
import type { ClassificationTask, TaskSplit } from '@ulmfit/text';
import { yieldToEvents, type Collective } from '@ulmfit/trainer';
import type { EvaluationResult, MistakenText } from '../judge/evaluation-result.js';
import { judge } from '../judge/judge.js';
import { mostConfidentMistakes } from '../judge/mistakes.js';
import { sharedLogits } from '../judge/shared-logits.js';
import type { Truth } from '../judge/truth.js';
import { labelledDocuments } from '../stages/task-texts.js';
import type { TokenizeOptions } from '../tokens/tokenized.js';

export interface ScoreTaskOptions extends Pick<TokenizeOptions, 'signal' | 'onEvent' | 'workers' | 'cache'> {
  readonly task: ClassificationTask;
  /** Which texts to score. */
  readonly split: TaskSplit;
  /** Documents that are read at once: it changes the speed, never the figures. Default 64. */
  readonly batchSize?: number | undefined;
  /** So many of the most confident mistakes are explained, word by word; of a single classifier. Default 0: it takes seconds each. */
  readonly explainMistakes?: number | undefined;
  /** The other processes that score with this one: each reads a share of the texts, and has all figures. Default none. */
  readonly collective?: Collective | undefined;
}

/** Mistakes that are kept with their texts, and the characters of each that are kept. */
const MISTAKES = 20;
const EXCERPT = 1000;
const COLOUR_STEPS = 17;
/** Texts that the linear model reads at once. */
const CHUNK = 256;

/**
 * Scores classifiers on a task's labelled texts. Several, such as a forward and a backward one, are averaged by their
 * probabilities (ULMFiT section 3.3); each reads the texts with its own vocabulary, and may have the classes in an order of
 * its own.
 * @throws UlmfitError `NO_TEXTS`, `OTHER_LABELS` when a classifier has other classes than the task
 * @example
 * const { judgements } = await scoreTask([loadDecidedClassifier('runs/mine')], { task, split: 'test' });
 * console.log(judgements.neural.accuracy);
 */
export async function scoreTask(
  members: readonly DecidedClassifier[],
  options: ScoreTaskOptions,
): Promise<Omit<EvaluationResult, 'seconds'>> {
  const { task, split } = options;
  const { multiLabel } = task;
  const classes = members[0]?.classifier.classes ?? task.classes;
  members.forEach(({ classifier }) => requireSameClasses(classifier, classes, multiLabel));
  const places = placesOf(task, classes);
  const scores: MemberScores[] = [];
  let truth: Truth = [];
  for (const member of members) {
    const scored = await memberScores(member, classes, options);
    scores.push(scored);
    truth = scored.truth.map((labels) => labels.map((label) => places[label] ?? label));
  }
  /** Those of the members' decisions, for several classes a text. */
  const thresholdsOf = (kind: 'thresholds' | 'neuralThresholds' | 'linearThresholds') =>
    multiLabel
      ? classes.map((_, c) => mean(members.map(({ decision }) => decision[kind]?.[c] ?? DEFAULT_THRESHOLD)))
      : undefined;
  const judgeBy = (rows: ClassScores, kind: Parameters<typeof thresholdsOf>[0]) =>
    judge(rows, truth, { classes, multiLabel, thresholds: thresholdsOf(kind) });
  const thresholds = thresholdsOf('thresholds');
  const neural = meanProbabilities(scores.map((each) => each.neural));
  const linear = scores.flatMap((each) => (each.linear ? [each.linear] : []));
  const isBlend = linear.length > 0 && members.some(({ decision }) => (decision.linearWeight ?? 0) > 0);
  const final = isBlend ? meanProbabilities(scores.map((each) => each.final)) : neural;
  const mistakes = mostConfidentMistakes(final, truth, MISTAKES, { multiLabel, thresholds });
  const texts = await textsAt(
    mistakes.map(({ index }) => index),
    options,
  );
  const namesOf = (indices: readonly number[]) => indices.map((index) => classes[index] ?? String(index));
  return {
    split: split === 'valid' ? 'valid' : 'test',
    chosen: isBlend ? 'blend' : 'neural',
    judgements: {
      neural: judgeBy(neural, linear.length > 0 ? 'neuralThresholds' : 'thresholds'),
      ...(linear.length > 0 && { linear: judgeBy(meanProbabilities(linear), 'linearThresholds') }),
      ...(isBlend && { blend: judgeBy(final, 'thresholds') }),
    },
    mistakes: await explained(
      mistakes.map(({ index, truth: labels, predicted, probability }) => ({
        index,
        text: texts.get(index) ?? '',
        truth: namesOf(labels),
        predicted: namesOf(predicted),
        probability,
      })),
      members,
      options,
    ),
  };
}

/**
 * The mistakes with the beginnings of their texts, and the first of them with what their words say. Several classifiers at once have no
 * one explanation.
 */
async function explained(
  mistakes: readonly MistakenText[],
  members: readonly DecidedClassifier[],
  { explainMistakes = 0, signal }: ScoreTaskOptions,
): Promise<MistakenText[]> {
  const [member] = members;
  const found: MistakenText[] = [];
  for (const [i, mistake] of mistakes.entries()) {
    const [label] = mistake.predicted;
    const isExplained = i < explainMistakes && member && members.length === 1 && label !== undefined;
    const pieces = isExplained ? await piecesOf(member, mistake.text, label, signal) : undefined;
    found.push({ ...mistake, text: mistake.text.slice(0, EXCERPT), ...(pieces && { pieces }) });
  }
  return found;
}

async function piecesOf(
  member: DecidedClassifier,
  text: string,
  label: string,
  signal: AbortSignal | undefined,
): Promise<ExplainedPiece[] | undefined> {
  try {
    // Colours need no more points than that.
    const explanation = await explainText(member, text, { classes: [label], steps: COLOUR_STEPS, signal });
    return beginning(explainedPieces(explanation, explanation.classes[0]?.contributions ?? []));
  } catch (error) {
    // An encoder that can't be looked into, or a text without words: the mistake is told all the same.
    if (error instanceof UlmfitError) return undefined;
    throw error;
  }
}

/** As much of a text as is kept, in figures that are read. */
function beginning(pieces: readonly ExplainedPiece[]): ExplainedPiece[] {
  const kept: ExplainedPiece[] = [];
  let length = 0;
  for (const { text, contribution } of pieces) {
    if (length >= EXCERPT) break;
    kept.push({ text: text.slice(0, EXCERPT - length), contribution: Number(contribution.toPrecision(3)) });
    length += text.length;
  }
  return kept;
}

/** One classifier's probabilities, a row a text and a column a class. */
interface MemberScores {
  /** By the task's classes. */
  readonly truth: readonly (readonly number[])[];
  readonly neural: ClassScores;
  readonly linear: ClassScores | undefined;
  /** By its decision. */
  readonly final: ClassScores;
}

async function memberScores(
  { classifier, tokenizer, linear, decision }: DecidedClassifier,
  classes: readonly string[],
  options: ScoreTaskOptions,
): Promise<MemberScores> {
  const { task, split, batchSize, collective, signal, onEvent } = options;
  const { multiLabel } = task;
  const columns = classes.map((name) => classifier.classes.indexOf(name));
  const { vocabulary } = classifier;
  const { documents, labels } = await labelledDocuments(task, split, { tokenizer, vocabulary }, options);
  const logits = await sharedLogits(classifier, documents, {
    ...{ batchSize, collective },
    signal,
    onBatch: (done, batches) => onEvent?.({ type: 'evaluate', stage: 'evaluate', done, batches }),
  });
  const ordered = (rows: ClassScores) => rows.map((row) => columns.map((column) => row[column] ?? NaN));
  const neural = probabilitiesOf(ordered(logits), multiLabel, decision.temperature);
  const linearRows =
    linear &&
    probabilitiesOf(
      ordered(await linearLogits(linear, task, split, signal)),
      multiLabel,
      decision.linearTemperature,
    );
  const final = linearRows ? decidedBlend(neural, linearRows, decision, multiLabel) : neural;
  const truth = Array.from({ length: documents.length }, (_, i) => {
    const own = labels[i] ?? [];
    return typeof own === 'number' ? [own] : own;
  });
  return { truth, neural, linear: linearRows, final };
}

/** The linear model's logits of a set, in its order. */
export async function linearLogits(
  linear: LinearClassifier,
  task: ClassificationTask,
  split: TaskSplit,
  signal?: AbortSignal,
): Promise<number[][]> {
  const rows: number[][] = [];
  let texts: string[] = [];
  const flush = () => {
    for (const row of linear.logits(texts)) rows.push(row);
    texts = [];
  };
  for await (const { text } of task.labelled(split, { signal })) {
    texts.push(text);
    if (texts.length < CHUNK) continue;
    flush();
    await yieldToEvents();
    signal?.throwIfAborted();
  }
  flush();
  return rows;
}

/**
 * Where each of a task's classes stands among a classifier's.
 * @throws UlmfitError `OTHER_LABELS` for one that the classifier has not
 */
function placesOf(task: Pick<ClassificationTask, 'name' | 'classes'>, classes: readonly string[]): number[] {
  return task.classes.map((name) => {
    const place = classes.indexOf(name);
    if (place >= 0) return place;
    throw new UlmfitError(
      'OTHER_LABELS',
      `${showName(task.name)}: has the class ${showName(name)}, but the classifier knows ${named(classes)}; give texts of those classes`,
    );
  });
}

/** @throws UlmfitError `OTHER_LABELS` for a classifier that is not of these classes */
function requireSameClasses(
  { classes: own, model }: DecidedClassifier['classifier'],
  classes: readonly string[],
  multiLabel: boolean,
): void {
  if (model.config.multiLabel !== multiLabel) {
    const [one, other] = multiLabel ? ['one class', 'any number'] : ['any number of classes', 'one'];
    throw new UlmfitError(
      'OTHER_LABELS',
      `the classifier gives a text ${one}, but the data ${other}; use data of the same kind`,
    );
  }
  if (own.length === classes.length && own.every((name) => classes.includes(name))) return;
  throw new UlmfitError(
    'OTHER_LABELS',
    `one classifier knows ${named(classes)}, another ${named(own)}; combine classifiers of the same classes`,
  );
}

const named = (classes: readonly string[]): string =>
  `${classes.slice(0, 5).map(showName).join(', ')}${classes.length > 5 ? `, … (${classes.length})` : ''}`;

/** The mean over classifiers of each text's probabilities. */
function meanProbabilities(each: readonly ClassScores[]): number[][] {
  const [first = []] = each;
  return first.map((row, d) => row.map((_, c) => mean(each.map((rows) => rows[d]?.[c] ?? NaN))));
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** The texts of some places in a set. */
async function textsAt(
  indices: readonly number[],
  { task, split, signal }: ScoreTaskOptions,
): Promise<ReadonlyMap<number, string>> {
  const wanted = new Set(indices);
  const texts = new Map<number, string>();
  let at = 0;
  for await (const { text } of task.labelled(split, { signal })) {
    if (wanted.has(at++)) texts.set(at - 1, text);
    if (texts.size === wanted.size) break;
  }
  return texts;
}
