import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomically } from '@ulmfit/files';
import { trainLinear } from '@ulmfit/linear';
import { judge, probabilitiesOf, run, type Judgement, type Recipe, type RunEngine } from '@ulmfit/pipeline';
import type { ClassificationTask, LabelledText } from '@ulmfit/text';
import { z } from 'zod';
import { fewLabelsTask } from './few-labels-task.js';
import { accuracyOfGuessing, hasCollapsed } from './has-collapsed.js';
import { readKept } from './read-kept.js';
import type { Kind, Point } from './point.js';

export interface CurveOptions {
  /** Where each model's run is kept, and the figures. */
  readonly folder: string;
  readonly task: ClassificationTask;
  readonly labels: readonly number[];
  readonly seeds: readonly number[];
  readonly kinds: readonly Exclude<Kind, 'blend'>[];
  /** By the name of each; `''` for the only one. */
  readonly recipes: Readonly<Record<string, Recipe>>;
  /** The run or bundle of the language model; only `transfer` needs one. */
  readonly from?: string | undefined;
  readonly backwards?: boolean | undefined;
  readonly validShare: number;
  readonly development: number;
  readonly engine?: RunEngine | undefined;
  readonly workers?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onPoint?: ((point: Point) => void) | undefined;
}

/** How often a training that collapses begins again. */
const RESTARTS = 2;
/** Seeds of restarts are far from those that are asked for. */
const SEED_STEP = 1000;

/**
 * Trains and scores each kind of model with each number of labels and each seed, all from one language model. What is done in the folder is not done
 * again, and a model that was cut short goes on. One that the validation texts find no better than guessing begins again, by another seed of its
 * own: a collapse is no figure of the method.
 */
export async function curve(options: CurveOptions): Promise<Point[]> {
  const { folder, task, labels, seeds, kinds, recipes, validShare, development, onPoint } = options;
  mkdirSync(folder, { recursive: true });
  const points: Point[] = [];
  for (const count of labels) {
    for (const seed of seeds) {
      let few: ClassificationTask | undefined;
      const drawn = async () =>
        (few ??= await fewLabelsTask(task, { labels: count, seed, validShare, development }));
      for (const kind of kinds) {
        for (const [recipe, settings] of Object.entries(kind === 'linear' ? { '': undefined } : recipes)) {
          const name = [kind, ...(recipe === '' ? [] : [recipe]), count, seed].join('-');
          const at = { recipe, labels: count, seed };
          const judged = settings
            ? await trained(kind, await drawn(), settings, join(folder, name), seed, options)
            : await linear(join(folder, `${name}.json`), drawn, options);
          for (const [of, scored] of Object.entries(judged)) {
            const point: Point = { kind: of as Kind, ...at, ...scored };
            points.push(point);
            onPoint?.(point);
          }
        }
      }
    }
  }
  return points;
}

type Scores = Pick<Point, 'accuracy' | 'macroF1' | 'texts' | 'restarts'>;

const scores = ({ accuracy, macro, documents: texts }: Judgement): Scores => ({
  accuracy,
  macroF1: macro.f1,
  texts,
});

/** A neural model's scores, and with transfer those of its blend with the plain baseline. */
async function trained(
  kind: Kind,
  task: ClassificationTask,
  recipe: Recipe,
  folder: string,
  seed: number,
  { from, backwards, engine, workers, signal }: CurveOptions,
): Promise<Partial<Record<Kind, Scores>>> {
  const transfer = kind === 'transfer';
  const guessing = await accuracyOfGuessing(task);
  for (let restarts = 0; ; restarts++) {
    const { classify, evaluate } = await run({
      ...{ task, recipe, transfer, linear: transfer, backwards, engine, workers, signal },
      folder: restarts === 0 ? folder : `${folder}-restart-${restarts}`,
      seed: seed + SEED_STEP * restarts,
      ...(transfer && { encoder: from }),
      stages: [...(transfer ? (['linear'] as const) : []), 'classify', 'evaluate'],
    });
    if (!evaluate) return {};
    if (restarts < RESTARTS && hasCollapsed(classify?.best?.accuracy, guessing)) continue;
    // A blend whose weight leaves the baseline out is the neural model.
    const { neural, blend = neural } = evaluate.judgements;
    const counted = (judgement: Judgement) => ({ ...scores(judgement), ...(restarts > 0 && { restarts }) });
    return { [kind]: counted(neural), ...(transfer && { blend: counted(blend) }) };
  }
}

const keptSchema = z.object({ accuracy: z.number(), macroF1: z.number(), texts: z.number() });

async function linear(
  path: string,
  drawn: () => Promise<ClassificationTask>,
  { signal }: CurveOptions,
): Promise<Partial<Record<Kind, Scores>>> {
  if (existsSync(path)) return { linear: readKept(path, keptSchema) };
  const task = await drawn();
  const { classes, multiLabel } = task;
  const model = await trainLinear(task.labelled('train', { signal }), {
    classes: classes.length,
    multiLabel,
    signal,
  });
  const test: LabelledText[] = [];
  for await (const text of task.labelled('test', { signal })) test.push(text);
  const logits = model.logits(test.map(({ text }) => text));
  const judged = scores(
    judge(
      probabilitiesOf(logits, multiLabel),
      test.map(({ labels }) => labels),
      task,
    ),
  );
  writeAtomically(path, `${JSON.stringify(judged)}\n`);
  return { linear: judged };
}
