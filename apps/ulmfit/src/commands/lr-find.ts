import { UlmfitError } from '@ulmfit/errors';
import { findRates, type FoundRates, type Recipe } from '@ulmfit/pipeline';
import type { LoadedConfig } from '../config/load-config.js';
import type { Flags, lrFindFlags } from '../flags.js';
import { interruptible } from '../interruptible.js';
import { textPlot } from '../rates/text-plot.js';
import { reporter } from '../reporter.js';
import { printLines } from '../standard-output.js';
import { startEngine } from '../start-engine.js';
import { choosePreset, isOwnTask, resolveRecipe } from '../config/resolve-recipe.js';
import { resolveTask } from '../config/resolve-task.js';
import { corpusOf } from '../task-of.js';
import { tokenizerThreads } from '../tokenizer-threads.js';

type LrFindFlags = Pick<Flags, (typeof lrFindFlags)[number]> & { readonly from?: string };

const stages = ['pretrain', 'finetune', 'classify'] as const;

/** `ulmfit lr-find STAGE` */
export async function lrFind(
  [name = '']: readonly string[],
  flags: LrFindFlags,
  config: LoadedConfig | undefined,
): Promise<void> {
  const stage = stages.find((each) => each === name);
  if (!stage) {
    throw new UlmfitError('BAD_OPTION', `lr-find: unknown stage ${name}; give one of ${stages.join(', ')}`);
  }
  const { from, groups, steps, startLr, endLr, backwards, seed, svg, tokenCache } = flags;
  const report = reporter({ verbose: flags.verbose });
  await startEngine(flags);
  try {
    const left = 'there is no curve yet. Give the same command again to start over.';
    const { found, recipe } = await interruptible(
      left,
      async (signal) => {
        // By itself, pretraining has no task; where one is given, its amount of text chooses the preset, as in a run.
        const hasTask = stage !== 'pretrain' || flags.data !== 'sample' || config?.extras.task !== undefined;
        const task = hasTask ? await resolveTask(flags, config, { signal, say: report.say }) : undefined;
        const preset = await choosePreset(flags, task);
        const recipe = resolveRecipe(flags, config, { preset, isOwn: isOwnTask(task) });
        if (flags.preset === undefined) report.say(`preset ${preset}, by the amount of text`);
        const found = await findRates({
          ...{
            stage,
            recipe,
            from,
            groups,
            steps,
            startLr,
            endLr,
            backwards,
            seed,
            tokenCache,
            signal,
            task,
          },
          corpus: corpusOf({ ...flags, task, isWanted: stage === 'pretrain' }),
          architecture: config?.extras.architecture,
          plugins: config?.extras.plugins,
          optimizer: config?.extras.optimizer,
          workers: tokenizerThreads(flags.threads),
          onEvent: report.onEvent,
        });
        return { found, recipe };
      },
      report.say,
    );
    report.end();
    await printLines(curveLines(stage, found));
    // What draws it takes a second to load.
    if (svg !== undefined) (await import('../rates/write-curve.js')).writeCurve(svg, stage, found);
    await printLines([
      ...Object.entries(found.suggestions).map(([by, rate]) => `${by.padEnd(8)} ${rate.toExponential(2)}`),
      ...(svg === undefined ? [] : [`curve: ${svg}`]),
      `to train with one: --lr ${nameOf(stage, groups, recipe)}=${found.suggestions.valley.toExponential(1)}`,
    ]);
  } finally {
    report.end();
  }
}

/** What `--lr` calls it: the rate of the head alone is what the classifier's others keep their proportion to. */
const nameOf = (stage: string, groups: LrFindFlags['groups'], { classifier }: Recipe): string =>
  (stage === 'classify' && groups === 'all' ? classifier.fits.at(-1)?.name : undefined) ?? stage;

/** The curve, with the suggestions under the first letter of their names. */
function curveLines(stage: string, { rates, losses, suggestions }: FoundRates): string[] {
  // Where the loss explodes it would flatten all before it.
  const most = 1.1 * Math.max(...losses.slice(0, Math.ceil(losses.length / 10)));
  const end = losses.findLastIndex((loss) => loss <= most) + 1;
  return [
    `${stage}: training loss by learning rate (${rates.length} updates)`,
    ...textPlot({
      x: rates.slice(0, end),
      y: losses.slice(0, end),
      marks: Object.entries(suggestions).map(([name, at]) => ({ at, letter: name[0] ?? '?' })),
    }),
  ];
}
