import {
  presets,
  run as runStages,
  type PresetName,
  type RunResult,
  type RunSettings,
  type StageName,
} from '@ulmfit/pipeline';
import { interruptible } from '../interruptible.js';
import { printResult } from '../print-result.js';
import { reporter } from '../reporter.js';
import { startEngine, type EngineFlags } from '../start-engine.js';

interface TrainingFlags extends EngineFlags {
  readonly preset: PresetName;
  readonly schedule?: 'one-cycle' | 'stlr';
  readonly backwards?: boolean;
  readonly seed: number;
  readonly splitSeed?: number;
  readonly out?: string;
  readonly data?: string;
  readonly corpus?: string;
  readonly corpusWords?: number;
  readonly lmReviews?: number;
  readonly labels?: number;
  readonly testReviews?: number;
  readonly pretrained?: string;
  readonly from?: string;
  /** Commander's reading of `--no-transfer`. */
  readonly transfer?: boolean;
}

/** `ulmfit run`: every stage. */
export const run = (flags: TrainingFlags): Promise<void> =>
  runWith(flags, ['pretrain', 'finetune', 'classify', 'evaluate'], {}, flags.transfer === false);

/** `ulmfit pretrain` */
export const pretrain = (flags: TrainingFlags): Promise<void> => runWith(flags, ['pretrain'], {});

/** `ulmfit finetune` */
export const finetune = (flags: TrainingFlags): Promise<void> =>
  runWith(flags, ['finetune'], { pretrained: flags.from });

/** `ulmfit classify` */
export const classify = (flags: TrainingFlags): Promise<void> =>
  runWith(flags, ['classify', 'evaluate'], { encoder: flags.from });

async function runWith(
  flags: TrainingFlags,
  stages: readonly StageName[],
  from: Pick<RunSettings, 'pretrained' | 'encoder'>,
  scratch = false,
): Promise<void> {
  const { preset, schedule, backwards = false, seed, splitSeed = 1, data = 'sample' } = flags;
  const { corpus, corpusWords, lmReviews, labels, testReviews, pretrained } = flags;
  const settings: RunSettings = {
    data,
    corpus,
    corpusWords,
    lmReviews,
    labels,
    testReviews,
    pretrained,
    ...from,
    splitSeed,
    backwards,
    transfer: !scratch,
    seed,
    recipe: { ...presets[preset], ...(schedule === undefined ? {} : { schedule }) },
  };
  const folder =
    flags.out ??
    `runs/${stages[0] === 'pretrain' && stages.length > 1 ? 'run' : stages[0]}-${preset}-${seed}`;
  const report = reporter();
  await startEngine(flags);
  // Without transfer the language-model stages have nothing to give.
  const wanted = scratch ? stages.filter((stage) => stage === 'classify' || stage === 'evaluate') : stages;
  try {
    const result: RunResult = await interruptible(resumeCommand(), (signal) =>
      runStages({ settings, folder, stages: wanted, signal, onEvent: report.onEvent }),
    );
    report.end();
    printResult(result, folder);
  } finally {
    report.end();
  }
}

/** The command as it was given. */
function resumeCommand(): string {
  const quote = (word: string) => (/^[\w./=:@-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);
  return ['ulmfit', ...process.argv.slice(2).map(quote)].join(' ');
}
