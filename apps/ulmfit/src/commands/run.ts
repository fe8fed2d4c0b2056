import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UlmfitError } from '@ulmfit/errors';
import {
  adjustRecipe,
  presets,
  run as runStages,
  runFiles,
  type Recipe,
  type RunSettings,
  type StageName,
} from '@ulmfit/pipeline';
import { tensorBoard } from '@ulmfit/tensorboard';
import { interruptible } from '../interruptible.js';
import { oneLine } from '../one-line.js';
import { resultLines } from '../print-result.js';
import { reporter } from '../reporter.js';
import { resumeCommand } from '../resume-command.js';
import { printLines } from '../standard-output.js';
import { startEngine } from '../start-engine.js';
import { tokenizerThreads } from '../tokenizer-threads.js';
import type { Flags, trainingFlags } from '../flags.js';

type TrainingFlags = Pick<Flags, (typeof trainingFlags)[number]> &
  Partial<
    Pick<
      Flags,
      'data' | 'splitSeed' | 'corpus' | 'corpusWords' | 'pretrained' | 'lmReviews' | 'labels' | 'testReviews'
    >
  >;

/** `ulmfit run`: every stage. */
export const run = (flags: TrainingFlags & Pick<Flags, 'transfer'>): Promise<void> =>
  // Without transfer the language-model stages have nothing to give.
  runWith(
    flags,
    'run',
    flags.transfer ? ['pretrain', 'finetune', 'classify', 'evaluate'] : ['classify', 'evaluate'],
    { transfer: flags.transfer },
  );

/** `ulmfit pretrain` */
export const pretrain = (flags: TrainingFlags): Promise<void> => runWith(flags, 'pretrain', ['pretrain']);

/** `ulmfit finetune` */
export const finetune = (flags: TrainingFlags & Pick<Flags, 'from'>): Promise<void> =>
  runWith(flags, 'finetune', ['finetune'], { pretrained: flags.from });

/** `ulmfit classify` */
export const classify = (flags: TrainingFlags & Pick<Flags, 'from'>): Promise<void> =>
  runWith(flags, 'classify', ['classify', 'evaluate'], { encoder: flags.from });

async function runWith(
  flags: TrainingFlags,
  name: string,
  stages: readonly StageName[],
  more: Partial<Pick<RunSettings, 'pretrained' | 'encoder' | 'transfer'>> = {},
): Promise<void> {
  const { preset, recipe, schedule, backwards = false, seed, splitSeed = 1, data = 'sample' } = flags;
  const { saveEvery, corpus, corpusWords, lmReviews, labels, testReviews, pretrained } = flags;
  const settings: RunSettings = {
    data,
    corpus,
    corpusWords,
    lmReviews,
    labels,
    testReviews,
    pretrained,
    transfer: true,
    ...more,
    splitSeed,
    backwards,
    seed,
    recipe: { ...readRecipe(presets[preset], recipe), ...(schedule === undefined ? {} : { schedule }) },
  };
  const folder = flags.out ?? `runs/${name}-${preset}-${seed}`;
  const report = reporter();
  const engine = await startEngine(flags);
  let hasWorked = false;
  try {
    if (stages.includes('pretrain')) warnOfSampleText(settings, report.say);
    const left = `what was done is saved. To go on: ${resumeCommand()}`;
    const result = await interruptible(left, (signal) =>
      runStages({
        settings,
        folder,
        stages,
        engine,
        saveEvery,
        plugins: [tensorBoard(join(folder, runFiles.tensorboard))],
        warnOfSpikes: true,
        workers: tokenizerThreads(flags.threads),
        tokenCache: flags.tokenCache,
        signal,
        onEvent: (event) => {
          hasWorked = true;
          report.onEvent(event);
        },
      }),
    );
    report.end();
    await printLines(resultLines(result, folder));
    const page = join(folder, runFiles.report);
    // What draws it takes a second to load.
    if (hasWorked || !existsSync(page)) (await import('../write-report.js')).writeReport(folder);
    await printLines([`report: ${page}`]);
  } finally {
    report.end();
  }
}

/** @throws UlmfitError `BAD_RECIPE` */
function readRecipe(preset: Recipe, path: string | undefined): Recipe {
  if (path === undefined) return preset;
  let changes: unknown;
  try {
    changes = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const why = error instanceof SyntaxError ? `not JSON (${oneLine(error.message)})` : 'can’t be read';
    throw new UlmfitError('BAD_RECIPE', `${path}: ${why}; give a file of settings`, { cause: error });
  }
  return adjustRecipe(preset, changes, path);
}

/** The embedded sample is there for a first look: real reviews gain nothing from its text. */
function warnOfSampleText(
  { data, corpus, pretrained, recipe }: RunSettings,
  say: (line: string) => void,
): void {
  if (data === 'sample' || corpus !== undefined || pretrained !== undefined) return;
  if (!recipe.languageModel.pretrain) return;
  say(
    'ulmfit: without --corpus, pretraining is on the few invented documents of the embedded sample; give --corpus or ' +
      '--pretrained, or --preset best-on-cpu, which needs neither',
  );
}
