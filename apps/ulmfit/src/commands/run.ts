import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageOfModel } from '@ulmfit/inference/node';
import {
  defaultPretrained,
  readRun,
  run as runStages,
  runFiles,
  type PresetName,
  type Recipe,
  type RunOptions,
  type StageName,
} from '@ulmfit/pipeline';
import type { ClassificationTask, TextSource } from '@ulmfit/text';
import type { MirroredFolder } from '@ulmfit/distributed';
import { tensorBoard } from '@ulmfit/tensorboard';
import { coloursOf, isLive } from '../colours.js';
import { Interruption } from '../exit-code.js';
import { interruptible } from '../interruptible.js';
import { joinRanks } from '../join-ranks.js';
import { oneLine } from '../one-line.js';
import { resultLines } from '../print-result.js';
import { EXPLAINED_MISTAKES } from '../explain/mistake-lines.js';
import { nextLines, nextSteps } from '../next-steps.js';
import { reporter, silentReporter } from '../reporter.js';
import { resumeCommand } from '../resume-command.js';
import { printLines } from '../standard-output.js';
import { startEngine } from '../start-engine.js';
import type { LoadedConfig } from '../config/load-config.js';
import { choosePreset, isOwnTask, resolveRecipe } from '../config/resolve-recipe.js';
import { resolveTask } from '../config/resolve-task.js';
import { corpusOf, type DataFlags } from '../task-of.js';
import { tokenizerThreads } from '../tokenizer-threads.js';
import { verdictWarnings } from '../verdict-warnings.js';
import type { Flags, recipeFlags, trainingFlags } from '../flags.js';
import { lookAtTask } from '../look-at-task.js';
import { shortSummaryLines } from '../print-summary.js';

type PlanFlags = Partial<Pick<Flags, (typeof recipeFlags)[number]>> &
  Partial<Omit<DataFlags, 'data'>> &
  Partial<Pick<Flags, 'data' | 'corpus' | 'corpusWords' | 'pretrained' | 'backwards' | 'seed' | 'out'>>;

type TrainingFlags = Pick<Flags, (typeof trainingFlags)[number]> & PlanFlags & Partial<Pick<Flags, 'linear'>>;

/** `ulmfit run`: every stage. */
export const run = (
  flags: TrainingFlags & Pick<Flags, 'transfer' | 'linear'>,
  config: LoadedConfig | undefined,
): Promise<void> => runWith(flags, config, 'run', stagesOf(flags), { transfer: flags.transfer });

/** `ulmfit pretrain` */
export const pretrain = (flags: TrainingFlags, config: LoadedConfig | undefined): Promise<void> =>
  runWith(flags, config, 'pretrain', ['pretrain']);

/** `ulmfit finetune` */
export const finetune = (
  flags: TrainingFlags & Pick<Flags, 'from'>,
  config: LoadedConfig | undefined,
): Promise<void> => runWith(flags, config, 'finetune', ['finetune'], { pretrained: flags.from });

/** `ulmfit classify` */
export const classify = (
  flags: TrainingFlags & Pick<Flags, 'from'>,
  config: LoadedConfig | undefined,
): Promise<void> =>
  runWith(
    flags,
    config,
    'classify',
    [...(flags.linear ? (['linear'] as const) : []), 'classify', 'evaluate'],
    {
      encoder: flags.from,
    },
  );

const NO_GENERAL_TEXT =
  'no general text is given, so the language model learns from the texts of the task alone; ' +
  'give --corpus or --pretrained where these are few';

async function runWith(
  flags: TrainingFlags,
  config: LoadedConfig | undefined,
  name: string,
  stages: readonly StageName[],
  more: Partial<Pick<RunOptions, 'pretrained' | 'encoder' | 'transfer'>> = {},
): Promise<void> {
  const { backwards, seed, saveEvery } = flags;
  const ranks = await joinRanks(flags.threads);
  const isFirst = ranks?.isFirst ?? true;
  const report = isFirst ? reporter({ verbose: flags.verbose }) : silentReporter;
  if (ranks?.warning !== undefined) report.say(`ulmfit: ${ranks.warning}`);
  const engine = await startEngine({ ...flags, threads: ranks?.threads ?? flags.threads }, report.say);
  let hasWorked = false;
  let mirrored: MirroredFolder | undefined;
  try {
    const plan = await planOf(flags, config, stages, { name, say: report.say });
    const { task, recipe, corpus, pretrained, folder } = plan;
    plan.notes.forEach(report.say);
    const isNew = !existsSync(join(folder, runFiles.config));
    // What is left of a run that goes on is told on a terminal.
    if (task && isFirst && (isNew || (isLive(process.stderr) && !isDone(folder, stages)))) {
      const from = more.pretrained ?? more.encoder ?? pretrained;
      const look = await lookAtTask(task, {
        ...{
          recipe,
          architecture: config?.extras.architecture,
          stages,
          corpus,
          from,
          transfer: more.transfer,
          quick: true,
        },
        ...{ corpusPath: flags.corpus, corpusWords: flags.corpusWords },
        workers: tokenizerThreads(flags.threads),
      });
      if (isNew) shortSummaryLines(look).forEach(report.say);
      if (look.estimate) report.expect(look.estimate);
    }
    mirrored = await ranks?.folderOf(folder);
    const own = mirrored?.path ?? folder;
    const slices = flags.slices ?? slicesOf(own) ?? ranks?.collective.size;
    const launcher = ranks ? `mpirun -np ${ranks.collective.size} ` : '';
    const left = `progress is saved. To resume: ${launcher}${resumeCommand()}`;
    const result = await interruptible(
      left,
      (signal) =>
        runStages({
          ...{ folder: own, task, corpus, recipe, stages, pretrained, backwards, seed },
          ...{ slices, collective: ranks?.collective },
          ...more,
          linear: stages.includes('linear'),
          engine,
          saveEvery,
          architecture: config?.extras.architecture,
          plugins: config?.extras.plugins,
          optimizer: config?.extras.optimizer,
          observers: isFirst ? [tensorBoard(join(folder, runFiles.tensorboard))] : [],
          warnOfSpikes: true,
          workers: tokenizerThreads(flags.threads),
          tokenCache: flags.tokenCache,
          explainMistakes: EXPLAINED_MISTAKES,
          signal,
          onEvent: (event) => {
            hasWorked = true;
            report.onEvent(event);
          },
        }),
      report.say,
      ranks ? ['SIGUSR1', 'SIGINT', 'SIGTERM'] : undefined,
    ).catch(async (error: unknown) => {
      // All of them have stopped at the same step: this is no failure of one.
      if (error instanceof Interruption) await ranks?.collective.close();
      throw error;
    });
    report.end();
    await ranks?.collective.close();
    if (!isFirst) return;
    await printLines(resultLines(result, folder));
    if (result.evaluate) verdictWarnings(result.evaluate).forEach(report.say);
    const page = join(folder, runFiles.report);
    // What draws it takes a second to load.
    if (hasWorked || !existsSync(page)) (await import('../write-report.js')).writeReport(folder);
    await printLines([`report: ${page}`]);
    nextLines(nextSteps(folder, result, stages, config?.extras.task ? undefined : flags.data)).forEach(
      (line) => process.stderr.write(`${coloursOf(process.stderr).bold(line)}\n`),
    );
  } finally {
    report.end();
    mirrored?.remove();
  }
}

/** Those that a run was begun with. What is wrong with its settings is told where they are held to those of now. */
function slicesOf(folder: string): number | undefined {
  try {
    const kept: unknown = JSON.parse(readFileSync(join(folder, runFiles.config), 'utf8'));
    const { slices = 1 } = (kept ?? {}) as { slices?: unknown };
    return typeof slices === 'number' ? slices : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a run's folder has all that the stages make. */
function isDone(folder: string, stages: readonly StageName[]): boolean {
  const last = stages.at(-1);
  return last !== undefined && readRun(folder).result[last] !== undefined;
}

/** What a run would learn, from what, and by which settings. */
export interface RunPlan {
  readonly task: ClassificationTask | undefined;
  readonly preset: PresetName;
  readonly recipe: Recipe;
  readonly corpus: TextSource | undefined;
  /** The language model to start from. */
  readonly pretrained: string | undefined;
  readonly folder: string;
  /** What a run should say of these, a line each. */
  readonly notes: readonly string[];
}

/**
 * What the flags and the settings file say of a run.
 * @param options.name of the command, for the folder's
 * @param options.say is told what was guessed and found in files
 * @throws what is wrong with the settings or the data
 */
export async function planOf(
  flags: PlanFlags,
  config: LoadedConfig | undefined,
  stages: readonly StageName[],
  { name = 'run', say, signal }: { name?: string; say: (line: string) => void; signal?: AbortSignal },
): Promise<RunPlan> {
  const task = await resolveTask(flags, config, { signal, say: (line) => say(`ulmfit: ${oneLine(line)}`) });
  const preset = await choosePreset(flags, task);
  const recipe = resolveRecipe(flags, config, { preset, isOwn: isOwnTask(task) });
  const folder = flags.out ?? `runs/${name}-${preset}-${flags.seed ?? 1}`;
  const isStartOpen = stages.includes('pretrain') && flags.pretrained === undefined;
  const isWanted = isStartOpen && (recipe.languageModel.pretrain !== null || flags.corpus !== undefined);
  const corpus = corpusOf({ ...flags, task, isWanted });
  const isMissing = isWanted && !corpus;
  const isLittle = flags.preset === undefined && preset === 'own-data' && isMissing;
  const isQuick = preset === 'quick-on-cpu' && isStartOpen && !corpus;
  const byDefault =
    task && (isLittle || isQuick) && !config?.extras.architecture
      ? await defaultPretrained(task, { ...flags, tokenizer: recipe.tokenizer, folder, signal })
      : undefined;
  const notes = [
    ...(task && flags.preset === undefined ? [`preset ${preset}, by the amount of text`] : []),
    ...(byDefault === undefined
      ? []
      : [`starts from ${packageOfModel(byDefault) ?? byDefault}, as no general text is given`]),
    ...(isMissing && byDefault === undefined ? [`ulmfit: ${NO_GENERAL_TEXT}`] : []),
  ];
  return { task, preset, recipe, corpus, pretrained: flags.pretrained ?? byDefault, folder, notes };
}

/** The stages of a whole run. Without transfer those of the language model have nothing to give. */
export const stagesOf = ({ linear, transfer }: Pick<Flags, 'linear' | 'transfer'>): StageName[] => [
  ...(linear ? (['linear'] as const) : []),
  ...(transfer ? (['pretrain', 'finetune'] as const) : []),
  ...(['classify', 'evaluate'] as const),
];
