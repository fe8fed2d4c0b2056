import { createRequire } from 'node:module';
import { Command, InvalidArgumentError, Option } from 'commander';

const { version } = createRequire(import.meta.url)('../package.json') as { version: string };

const count = (least: number) => (text: string) => {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < least) {
    throw new InvalidArgumentError(`It must be an integer from ${least}.`);
  }
  return value;
};

const seed = (text: string) => {
  const value = count(0)(text);
  if (value > 0xffffffff) throw new InvalidArgumentError('It must be an integer from 0 to 4294967295.');
  return value;
};

const options = {
  data: new Option(
    '--data <source>',
    'reviews: `sample`, `imdb` (downloads the public archive), or a path',
  ).default('sample'),
  corpus: new Option('--corpus <path>', 'general text to pretrain on: .txt, .txt.gz or a folder of them'),
  corpusWords: new Option('--corpus-words <n>', 'words of the corpus to read (default: all)').argParser(
    count(1),
  ),
  lmReviews: new Option('--lm-reviews <n>', 'unlabelled reviews to fine-tune on (default: all)').argParser(
    count(1),
  ),
  labels: new Option('--labels <n>', 'labelled reviews to train the classifier on (default: all)').argParser(
    count(2),
  ),
  testReviews: new Option('--test-reviews <n>', 'test reviews to score (default: all)').argParser(count(1)),
  pretrained: new Option(
    '--pretrained <path>',
    'a language model to start from: a bundle, or a fastai .pth with its .pkl',
  ),
  preset: new Option('--preset <name>', 'sizes and settings')
    .choices(['tiny', 'small', 'paper'])
    .default('small'),
  schedule: new Option('--schedule <name>', 'the learning rate over a fit (default: the preset’s)').choices([
    'one-cycle',
    'stlr',
  ]),
  backwards: new Option('--backwards', 'read every text from its end'),
  seed: new Option('--seed <n>', 'the source of all randomness').argParser(seed).default(1),
  splitSeed: new Option('--split-seed <n>', 'draws which reviews are used').argParser(seed).default(1),
  out: new Option('--out <folder>', 'the run’s folder; the same command again resumes it'),
  from: new Option('--from <folder>', 'the run or bundle to start from').makeOptionMandatory(),
  model: new Option('--model <folder>', 'the run or bundle to use').makeOptionMandatory(),
  noTransfer: new Option('--no-transfer', 'train the classifier from scratch'),
  backend: new Option('--backend <name>', 'what computes')
    .choices(['auto', 'tensorflow', 'wasm', 'cpu'])
    .default('auto'),
  threads: new Option('--threads <n>', 'threads of the engine (default: all cores)').argParser(count(1)),
};

type Name = keyof typeof options;

/** The command line. Commands load their code when they run, so that help needs none of TensorFlow. */
export function program(): Command {
  const ulmfit = new Command('ulmfit')
    .description('ULMFiT: transfer learning for text, from pretraining to a classifier')
    .version(version)
    .configureHelp({ showGlobalOptions: true })
    .exitOverride();

  const command = (parent: Command, name: string, description: string, names: readonly Name[]): Command => {
    const made = parent.command(name).description(description).exitOverride();
    for (const option of names) made.addOption(options[option]);
    return made;
  };
  const engine: Name[] = ['backend', 'threads'];
  const training: Name[] = ['preset', 'schedule', 'backwards', 'seed', 'out', ...engine];

  command(ulmfit, 'run', 'pretrain, fine-tune, train the classifier and score it', [
    'data',
    'splitSeed',
    'corpus',
    'pretrained',
    'corpusWords',
    'lmReviews',
    'labels',
    'testReviews',
    'noTransfer',
    ...training,
  ]).action(async (flags) => (await import('./commands/run.js')).run(flags));
  command(ulmfit, 'pretrain', 'train a language model on general text', [
    'corpus',
    'corpusWords',
    ...training,
  ]).action(async (flags) => (await import('./commands/run.js')).pretrain(flags));
  command(ulmfit, 'finetune', 'fine-tune a language model on reviews', [
    'from',
    'data',
    'lmReviews',
    ...training,
  ]).action(async (flags) => (await import('./commands/run.js')).finetune(flags));
  command(ulmfit, 'classify', 'train the classifier from a fine-tuned language model, and score it', [
    'from',
    'data',
    'splitSeed',
    'labels',
    'testReviews',
    ...training,
  ]).action(async (flags) => (await import('./commands/run.js')).classify(flags));
  command(ulmfit, 'evaluate', 'score a classifier on test reviews', [
    'model',
    'data',
    'testReviews',
    'seed',
    ...engine,
  ])
    .option('--ensemble <folders...>', 'more classifiers, averaged by their probabilities')
    .action(async (flags) => (await import('./commands/evaluate.js')).evaluate(flags));
  command(ulmfit, 'predict', 'classify texts', ['model', ...engine])
    .argument('<text...>', 'the texts, one each')
    .option('--json', 'print JSON, a line a text')
    .action(async (texts, flags) => (await import('./commands/predict.js')).predict(texts, flags));
  const engineCommand = ulmfit.command('engine').description('the native engine').exitOverride();
  command(engineCommand, 'install', 'put the native engine in place', [])
    .option('--force', 'do it again where it is in place')
    .action(async (flags) => (await import('./commands/engine.js')).install(flags));
  command(ulmfit, 'doctor', 'say what runs on this machine and why', []).action(async () =>
    (await import('./commands/engine.js')).doctor(),
  );
  return ulmfit;
}
