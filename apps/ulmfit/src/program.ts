import { createRequire } from 'node:module';
import { Command } from 'commander';
import { dataFlags, engineFlags, options, trainingFlags, type FlagName, type Flags } from './flags.js';
import { oneLine } from './one-line.js';

const { version } = createRequire(import.meta.url)('../package.json') as { version: string };

/**
 * The command line. Commands load their code when they run, so that help needs none of TensorFlow.
 * @param writeHelp takes help and the version; standard output does unless given
 */
export function program(writeHelp?: (text: string) => void): Command {
  const ulmfit = new Command('ulmfit')
    .description('ULMFiT: transfer learning for text, from a file to a classifier')
    .version(version)
    .configureOutput({
      ...(writeHelp && { writeOut: writeHelp }),
      outputError: (text, write) =>
        write(
          `ulmfit: ${oneLine(text.replace(/^error: /, '')).replace(/ cannot be used with .*/, '$&; leave one of the two out')}\n`,
        ),
    })
    .exitOverride();

  /** Adds a command; `run` reads no flag that it does not declare. */
  const add = <Name extends FlagName>(
    parent: Command,
    name: string,
    description: string,
    names: readonly Name[],
    run: (flags: Pick<Flags, Name>, texts: readonly string[]) => Promise<void>,
  ): void => {
    const command = parent.command(name).description(description).exitOverride();
    for (const option of names) command.addOption(options[option]);
    command.action(() => run(command.opts<Pick<Flags, Name>>(), command.args));
  };

  add(
    ulmfit,
    'run',
    'train a classifier on your data, from language model to score',
    [
      ...dataFlags,
      ...(['labels', 'lmReviews', 'testReviews'] as const),
      ...(['corpus', 'corpusWords', 'pretrained', 'transfer', 'linear'] as const),
      ...trainingFlags,
    ],
    async (flags) => (await import('./commands/run.js')).run(flags),
  );
  add(
    ulmfit,
    'pretrain',
    'train a language model on general text',
    ['corpus', 'corpusWords', ...trainingFlags],
    async (flags) => (await import('./commands/run.js')).pretrain(flags),
  );
  add(
    ulmfit,
    'finetune',
    'fine-tune a language model on the texts of a task',
    ['from', ...dataFlags, 'lmReviews', ...trainingFlags],
    async (flags) => (await import('./commands/run.js')).finetune(flags),
  );
  add(
    ulmfit,
    'classify',
    'train the classifier from a fine-tuned language model, and score it',
    ['from', ...dataFlags, 'labels', 'testReviews', 'linear', ...trainingFlags],
    async (flags) => (await import('./commands/run.js')).classify(flags),
  );
  add(
    ulmfit,
    'evaluate',
    'score a classifier on labelled texts',
    ['model', 'ensemble', ...dataFlags, 'testReviews', 'tokenCache', 'json', ...engineFlags],
    async (flags) => (await import('./commands/evaluate.js')).evaluate(flags),
  );
  add(
    ulmfit,
    'predict <text...>',
    'classify texts, one each',
    ['model', 'json', ...engineFlags],
    async (flags, texts) => (await import('./commands/predict.js')).predict(texts, flags),
  );
  add(
    ulmfit,
    'report <run>',
    'write a run’s report.html, also of one under way',
    [],
    async (_, [folder = '']) => (await import('./commands/report.js')).report(folder),
  );
  const engine = ulmfit.command('engine').description('the native engine').exitOverride();
  add(engine, 'install', 'put the native engine in place', ['force'], async (flags) =>
    (await import('./commands/engine.js')).install(flags),
  );
  add(ulmfit, 'doctor', 'say what runs on this machine and why', [], async () =>
    (await import('./commands/engine.js')).doctor(),
  );
  return ulmfit;
}
