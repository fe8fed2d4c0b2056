import { createRequire } from 'node:module';
import { Argument, Command, Option } from 'commander';
import type { Shell } from './commands/completion.js';
import { applyConfig, dropExcluded, sourcesOf, type SettingSource } from './config/apply-config.js';
import type { LoadedConfig } from './config/load-config.js';
import {
  count,
  dataFlags,
  engineFlags,
  lrFindFlags,
  options,
  readingFlags,
  recipeFlags,
  trainingFlags,
  type FlagName,
  type Flags,
} from './flags.js';
import { examplesText, flagGroup } from './help-groups.js';
import { oneLine } from './one-line.js';
import { HELP_COLUMNS } from './quick/written-help.js';

const { version } = createRequire(import.meta.url)('../package.json') as { version: string };

/**
 * The command line. Commands load their code when they run, so that help needs none of TensorFlow.
 * @param writeHelp takes help and the version; standard output does unless given
 */
export function program(writeHelp?: (text: string) => void): Command {
  const ulmfit = new Command('ulmfit')
    .description('ULMFiT: transfer learning for text, from a file to a classifier')
    .version(version)
    .addOption(options.config)
    .addHelpText('after', examplesText(''))
    .configureOutput({
      ...(writeHelp && { writeOut: writeHelp }),
      getOutHelpWidth: () => Math.min(process.stdout.columns || HELP_COLUMNS, HELP_COLUMNS),
      outputError: (text, write) =>
        write(
          `ulmfit: ${oneLine(text.replace(/^error: /, '')).replace(/ cannot be used with .*/, '$&; leave one of the two out')}\n`,
        ),
    })
    .exitOverride();

  let config: LoadedConfig | undefined;
  ulmfit
    .hook('preSubcommand', async (_, command) => {
      config = undefined;
      if (command.options.length === 0 && command.name() !== 'config') return;
      // It reads runs alone: what the file calls `out` is the folder of one.
      if (command.name() === 'compare' || command.name() === 'sweep') return;
      if (ulmfit.args.some((word) => word === '--help' || word === '-h')) return;
      const { loadConfig } = await import('./config/load-config.js');
      config = await loadConfig(ulmfit.opts<Pick<Flags, 'config'>>().config);
      if (config) applyConfig(command, config);
    })
    .hook('preAction', (_, command) => {
      if (config) config = dropExcluded(command, config);
    });

  /** Adds a command; `run` reads no flag that it does not declare. */
  const add = <Name extends FlagName>(
    parent: Command,
    name: string,
    description: string,
    names: readonly Name[],
    run: (
      flags: Pick<Flags, Name>,
      texts: readonly string[],
      config: LoadedConfig | undefined,
      sources: Readonly<Record<string, SettingSource>>,
    ) => Promise<void>,
    /** Those that this command can do without. */
    optional: readonly FlagName[] = [],
  ): void => {
    const command = parent
      .command(name)
      .description(description)
      .configureHelp({ showGlobalOptions: true })
      .exitOverride();
    command.addHelpText('after', examplesText(command.name()));
    for (const flag of names) {
      const option = optional.includes(flag)
        ? new Option(options[flag].flags, options[flag].description)
        : options[flag];
      const group = flagGroup(flag);
      command.addOption(group === undefined ? option : option.helpGroup(group));
    }
    command.action(() =>
      run(command.opts<Pick<Flags, Name>>(), command.args, config, sourcesOf(command, config)),
    );
  };

  const runFlags = [
    ...dataFlags,
    ...(['trainReviews', 'lmReviews', 'testReviews'] as const),
    ...(['corpus', 'corpusWords', 'pretrained', 'transfer', 'linear'] as const),
    ...trainingFlags,
  ] as const satisfies readonly FlagName[];
  ulmfit.commandsGroup('Train on your data:');
  add(ulmfit, 'init', 'ask four questions and write ulmfit.config.ts', [], async () =>
    (await import('./commands/init.js')).init(),
  );
  add(
    ulmfit,
    'run',
    'train a classifier on your data, from language model to score',
    runFlags,
    async (flags, _, config) => (await import('./commands/run.js')).run(flags, config),
  );
  add(
    ulmfit,
    'inspect <data>',
    'describe texts and labels and estimate a run’s time here; or check a model',
    [
      ...dataFlags.filter((name) => name !== 'data'),
      ...(['trainReviews', 'lmReviews', 'testReviews'] as const),
      ...(['corpus', 'corpusWords', 'pretrained', 'transfer', 'linear'] as const),
      ...recipeFlags,
      ...engineFlags,
      'json',
    ],
    async (flags, texts, config) => {
      const [path = ''] = texts;
      // By what is there: a model needs no engine.
      const { isModelPath } = await import('@ulmfit/inference/node');
      if (isModelPath(path))
        await (await import('./commands/inspect-model.js')).inspectModel(path, flags.json);
      else await (await import('./commands/inspect.js')).inspect(texts, flags, config);
    },
  );
  ulmfit.commandsGroup('Use a model:');
  add(
    ulmfit,
    'predict <text...>',
    'classify texts, files (CSV, TSV, JSONL, plain lines) or standard input (-)',
    ['model', 'json', 'all', ...readingFlags, 'tokenizer', ...engineFlags],
    async (flags, texts, config) => (await import('./commands/predict.js')).predict(texts, flags, config),
  );
  add(
    ulmfit,
    'explain <model> [text...]',
    'show what each word adds to a text’s class, in colours, as JSON or as a page',
    ['file', 'class', 'method', 'points', 'json', 'html', 'tokenizer', ...engineFlags],
    async (flags, words, config) => (await import('./commands/explain.js')).explain(words, flags, config),
  );
  add(
    ulmfit,
    'evaluate',
    'score a classifier on labelled texts',
    ['model', 'ensemble', ...dataFlags, 'testReviews', 'tokenizer', 'tokenCache', 'json', ...engineFlags],
    async (flags, _, config) => (await import('./commands/evaluate.js')).evaluate(flags, config),
  );
  add(
    ulmfit,
    'generate [prompt...]',
    'continue a text with a language model',
    [
      ...([
        'model',
        'prompt',
        'tokens',
        'temperature',
        'topK',
        'topP',
        'minP',
        'beam',
        'lengthPenalty',
        'seed',
        'stop',
        'tokenizer',
      ] as const),
      ...engineFlags,
    ],
    async (flags, words) => (await import('./commands/generate.js')).generate(words, flags),
  );
  add(
    ulmfit,
    'export <model> <file>',
    'write a model as one file; with --data, score it before and after',
    ['weights', ...dataFlags, 'testReviews', 'tokenizer', 'tokenCache', 'json', ...engineFlags],
    async (flags, paths, config) =>
      (await import('./commands/export.js')).exportCommand(paths, flags, config),
    ['data'],
  );
  add(
    ulmfit,
    'serve <model>',
    'serve a model over HTTP; SIGHUP reloads it, SIGTERM stops',
    [
      ...(['port', 'host', 'batchSize', 'queueSize', 'maxTexts', 'maxCharacters', 'timeout'] as const),
      'tokenizer',
      ...engineFlags,
    ],
    async (flags, [model = ''], config) => (await import('./commands/serve.js')).serve(model, flags, config),
  );
  ulmfit.commandsGroup('Look at runs:');
  add(ulmfit, 'report <run>', 'write report.html for a run, finished or not', [], async (_, [folder = '']) =>
    (await import('./commands/report.js')).report(folder),
  );
  ulmfit
    .command('compare')
    .description('compare runs on the same test texts: metrics, and settings that differ')
    .argument('<runs...>')
    .addOption(new Option('--out <file>', 'also write a page').helpGroup('What comes out:'))
    .addOption(new Option('--json', 'print JSON').helpGroup('What comes out:'))
    .configureHelp({ showGlobalOptions: true })
    .addHelpText('after', examplesText('compare'))
    .exitOverride()
    .action(async (runs: readonly string[], flags: { out?: string; json?: boolean }) =>
      (await import('./commands/compare.js')).compare(runs, flags),
    );
  ulmfit
    .command('sweep')
    .description('print the commands of a sweep over seeds and settings, or run them')
    .argument('<file>')
    .addOption(
      new Option('--run [n]', 'run those without a score, or only number n (from 0)')
        .argParser(count(0))
        .helpGroup('What comes out:'),
    )
    .addOption(new Option('--table', 'print the scores').conflicts('run').helpGroup('What comes out:'))
    .configureHelp({ showGlobalOptions: true })
    .addHelpText('after', examplesText('sweep'))
    .exitOverride()
    .action(async (file: string, flags: { run?: true | number; table?: boolean }) =>
      (await import('./commands/sweep.js')).sweep(file, flags),
    );
  ulmfit.commandsGroup('Train stage by stage:');
  add(
    ulmfit,
    'pretrain',
    'train a language model on general text',
    ['corpus', 'corpusWords', ...trainingFlags],
    async (flags, _, config) => (await import('./commands/run.js')).pretrain(flags, config),
  );
  add(
    ulmfit,
    'finetune',
    'fine-tune a language model on the texts of a task',
    ['from', ...dataFlags, 'lmReviews', ...trainingFlags],
    async (flags, _, config) => (await import('./commands/run.js')).finetune(flags, config),
  );
  add(
    ulmfit,
    'classify',
    'train the classifier from a fine-tuned language model, and score it',
    ['from', ...dataFlags, 'trainReviews', 'testReviews', 'linear', ...trainingFlags],
    async (flags, _, config) => (await import('./commands/run.js')).classify(flags, config),
  );
  add(
    ulmfit,
    'lr-find <stage>',
    'find the peak learning rate of pretrain, finetune or classify',
    ['from', ...lrFindFlags],
    async (flags, texts, config) => (await import('./commands/lr-find.js')).lrFind(texts, flags, config),
    ['from'],
  );
  ulmfit.commandsGroup('Settings and machine:');
  add(
    ulmfit,
    'config',
    'print the settings that `run` would use here, and where each comes from',
    runFlags,
    async (flags, _, config, sources) =>
      (await import('./commands/config.js')).config(flags, config, sources),
  );
  const engine = ulmfit.command('engine').description('the native engine').exitOverride();
  add(engine, 'install', 'install the native engine', ['force', 'gpu'], async (flags) =>
    (await import('./commands/engine.js')).install(flags),
  );
  add(ulmfit, 'doctor', 'show which engine runs here and why', [], async () =>
    (await import('./commands/engine.js')).doctor(),
  );
  ulmfit
    .command('completion')
    .description('print a shell completion script')
    .addArgument(new Argument('<shell>').choices(['bash', 'zsh', 'fish'] satisfies Shell[]))
    .addHelpText('after', examplesText('completion'))
    .exitOverride()
    .action(async (shell: Shell) => (await import('./commands/completion.js')).completion(ulmfit, shell));
  return ulmfit;
}
