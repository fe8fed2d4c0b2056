import type { BackendName, Precision } from '@ulmfit/backend-node';
import type { PeakRates, PresetName, Recipe } from '@ulmfit/pipeline';
import { InvalidArgumentError, Option } from 'commander';

/** What each flag gives, under the name that commander gives it. A command is handed those it declares. */
export interface Flags {
  readonly config?: string;
  readonly data: string;
  readonly corpus?: string;
  readonly corpusWords?: number;
  readonly lmReviews?: number;
  readonly trainReviews?: number;
  readonly testReviews?: number;
  readonly validShare?: number;
  readonly testShare?: number;
  readonly valid?: string;
  readonly test?: string;
  readonly unlabelled?: string;
  /** Names with commas between. */
  readonly textColumn?: string;
  readonly labelColumn?: string;
  readonly labelDelimiter?: string;
  readonly splitColumn?: string;
  readonly rowsPerClass?: number;
  readonly language?: string;
  readonly tokenizer?: string;
  readonly patience?: number;
  readonly classWeights?: Recipe['classifier']['classWeights'];
  /** False after `--no-linear`. */
  readonly linear: boolean;
  readonly pretrained?: string;
  /** Without it, one that fits the amount of text. */
  readonly preset?: PresetName;
  readonly recipe?: string;
  readonly schedule?: Recipe['schedule'];
  readonly lr?: PeakRates;
  readonly backwards?: boolean;
  readonly seed: number;
  readonly splitSeed: number;
  readonly out?: string;
  readonly saveEvery?: number;
  readonly slices?: number;
  readonly from: string;
  readonly model: string;
  readonly ensemble?: readonly string[];
  readonly weights: 'float32' | 'float16' | 'int8';
  readonly tokens?: number;
  readonly prompt?: string;
  readonly temperature?: number;
  readonly topK?: number;
  readonly topP?: number;
  readonly minP?: number;
  readonly stop?: readonly string[];
  readonly beam?: number;
  readonly lengthPenalty?: number;
  readonly port?: number;
  readonly host?: string;
  readonly batchSize?: number;
  readonly queueSize?: number;
  readonly maxTexts?: number;
  readonly maxCharacters?: number;
  readonly timeout?: number;
  readonly file?: readonly string[];
  readonly class?: readonly string[];
  readonly method?: 'integrated-gradients' | 'occlusion';
  readonly points?: number;
  readonly html?: string;
  readonly json?: boolean;
  readonly verbose?: boolean;
  /** False after `--no-transfer`. */
  readonly transfer: boolean;
  readonly backend: 'auto' | BackendName;
  readonly threads?: number;
  /** False after `--no-token-cache`. */
  readonly tokenCache: boolean;
  readonly precision: 'auto' | Precision;
  readonly force?: boolean;
  readonly gpu?: boolean;
  readonly all?: boolean;
  readonly format?: 'csv' | 'tsv' | 'jsonl' | 'lines';
  readonly delimiter?: string;
  /** False after `--no-header`. */
  readonly header: boolean;
  /** False after `--no-quotes`. */
  readonly quotes: boolean;
  readonly emptyLabels?: 'none' | 'unlabelled';
  readonly groups?: 'head' | 'all';
  readonly steps?: number;
  readonly startLr?: number;
  readonly endLr?: number;
  readonly svg?: string;
}

export type FlagName = keyof Flags;

export const engineFlags = ['backend', 'threads', 'precision'] as const satisfies readonly FlagName[];
/** What says how a run trains. */
export const recipeFlags = [
  ...['preset', 'recipe', 'schedule', 'lr', 'language', 'tokenizer', 'patience', 'classWeights'],
] as const satisfies readonly FlagName[];
export const trainingFlags = [
  ...recipeFlags,
  'backwards',
  'seed',
  'out',
  'saveEvery',
  'slices',
  'tokenCache',
  'verbose',
  ...engineFlags,
] as const satisfies readonly FlagName[];
/** How files of texts are read. */
export const readingFlags = [
  'textColumn',
  'format',
  'delimiter',
  'header',
  'quotes',
] as const satisfies readonly FlagName[];
/** What says what there is to learn. */
export const dataFlags = [
  ...['data', 'valid', 'test', 'unlabelled', 'labelColumn', 'labelDelimiter', 'emptyLabels'],
  ...['splitColumn', 'validShare', 'testShare', 'rowsPerClass', 'splitSeed'],
  ...readingFlags,
] as const satisfies readonly FlagName[];

export const lrFindFlags = [
  ...dataFlags,
  'corpus',
  'corpusWords',
  'lmReviews',
  'trainReviews',
  'groups',
  'steps',
  'startLr',
  'endLr',
  'svg',
  'preset',
  'recipe',
  'lr',
  'language',
  'tokenizer',
  'classWeights',
  'backwards',
  'seed',
  'tokenCache',
  'verbose',
  ...engineFlags,
] as const satisfies readonly FlagName[];

const integer = (least: number, most: number) => (text: string) => {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (!(value >= least && value <= most)) {
    const upTo = most === Number.MAX_SAFE_INTEGER ? '' : ` to ${most}`;
    throw new InvalidArgumentError(`It must be an integer from ${least}${upTo}.`);
  }
  return value;
};

export const count = (least: number) => integer(least, Number.MAX_SAFE_INTEGER);

const seed = integer(0, 0xffffffff);

const rate = (text: string) => {
  const value = /^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : NaN;
  if (!(value > 0 && value < Infinity))
    throw new InvalidArgumentError('It must be a rate above 0, such as 4e-3.');
  return value;
};

/** The peak rates of some stages; a flag that is given again adds to them. */
const rateOfStage = (text: string, before: PeakRates = {}): PeakRates => {
  const [, name, value] = /^([\w-]+)=(.*)$/.exec(text) ?? [];
  if (name === undefined || value === undefined)
    throw new InvalidArgumentError('It must be a stage with its rate, such as finetune=4e-3.');
  return { ...before, [name]: rate(value) };
};

/** One more of a flag that is given again. */
const oneMore = (text: string, before: readonly string[] = []): readonly string[] => [...before, text];

const share = (text: string) => {
  const value = /^(\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) : NaN;
  if (!(value >= 0 && value < 1)) throw new InvalidArgumentError('It must be a share from 0 to below 1.');
  return value;
};

const amount = (text: string) => {
  const value = /^(\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) : NaN;
  if (!(value < Infinity)) throw new InvalidArgumentError('It must be a number from 0, such as 0.8.');
  return value;
};

const character = (text: string) => {
  const value = text === 'tab' || text === '\\t' ? '\t' : text;
  if (!/^[^"\r\n]$/.test(value))
    throw new InvalidArgumentError('It must be one character, such as ; or tab.');
  return value;
};

/** As `useBackend` has it, which would load TensorFlow. */
const MOST_THREADS = 1024;

/** Written out, since to ask the pipeline would load TensorFlow. */
const presetNames: Readonly<Record<PresetName, true>> = {
  tiny: true,
  small: true,
  'own-data': true,
  paper: true,
  'quick-on-cpu': true,
  'best-on-cpu': true,
};

/** With these nothing is pretrained, and general text would not be read. */
const withoutPretraining = ['pretrained', 'transfer'] as const satisfies readonly FlagName[];

/** How each flag is written and read. */
export const options: Readonly<Record<FlagName, Option>> = {
  config: new Option(
    '--config <file>',
    'settings for all flags (default: ulmfit.config.ts, .mts, .js, .mjs or .json, here or in a folder above)',
  ),
  data: new Option(
    '--data <source>',
    'the data: a CSV, TSV or JSONL file (also .gz), a folder per class, the IMDb archive, `imdb` (downloads it) or `sample`',
  ).default('sample'),
  corpus: new Option(
    '--corpus <path>',
    'general text to pretrain on: .txt, .txt.gz or a folder of them (default: none; the sample has its own)',
  ).conflicts([...withoutPretraining]),
  corpusWords: new Option('--corpus-words <n>', 'words of the corpus to read (default: all)')
    .argParser(count(1))
    .conflicts([...withoutPretraining]),
  lmReviews: new Option(
    '--lm-reviews <n>',
    'reviews to fine-tune the language model on (default: all)',
  ).argParser(count(1)),
  trainReviews: new Option(
    '--train-reviews <n>',
    'labelled reviews to train the classifier on (default: all)',
  ).argParser(count(2)),
  testReviews: new Option('--test-reviews <n>', 'test reviews to score (default: all)').argParser(count(2)),
  validShare: new Option(
    '--valid-share <share>',
    'share of labelled texts held out for validation if --valid isn’t given (default: 0.1)',
  ).argParser(share),
  testShare: new Option(
    '--test-share <share>',
    'share of labelled texts set aside for the final score if --test isn’t given',
  ).argParser(share),
  valid: new Option('--valid <path>', 'labelled texts for validation, in any form that --data takes'),
  test: new Option('--test <path>', 'labelled texts for the final score'),
  unlabelled: new Option('--unlabelled <path>', 'unlabelled texts for the language model'),
  textColumn: new Option(
    '--text-column <names>',
    'the text column, or several such as title,text (default: guessed)',
  ),
  labelColumn: new Option('--label-column <name>', 'the label column (default: guessed)'),
  labelDelimiter: new Option(
    '--label-delimiter <text>',
    'separator between the labels of a text that may have several, such as |',
  ),
  splitColumn: new Option(
    '--split-column <name>',
    'the column that assigns a row to train, valid, test or unlabelled',
  ),
  rowsPerClass: new Option(
    '--rows-per-class <n>',
    'train the classifier on the first n labelled texts of each class (default: all)',
  ).argParser(count(1)),
  language: new Option(
    '--language <tag>',
    'the language of the texts, such as de or ja (default: en)',
  ).conflicts('tokenizer' satisfies FlagName),
  tokenizer: new Option(
    '--tokenizer <name>',
    'the tokenizer: fastai, segmenter:TAG, or your own module such as ./my-tokenizer.js',
  ),
  patience: new Option(
    '--patience <epochs>',
    'end a fit of the classifier after this many epochs without improvement on the validation texts (default: never)',
  ).argParser(count(1)),
  classWeights: new Option(
    '--class-weights <how>',
    'how classes are weighted in the loss; balanced gives each the same weight',
  ).choices(['none', 'balanced'] satisfies Recipe['classifier']['classWeights'][]),
  linear: new Option('--no-linear', 'leave out the plain baseline, TF-IDF with logistic regression'),
  pretrained: new Option(
    '--pretrained <path>',
    'the language model to start from: a bundle, a package that has one, en for @ulmfit/pretrained-en, or a fastai .pth with its .pkl; its sizes replace the preset’s',
  ).conflicts('transfer' satisfies FlagName),
  preset: new Option('--preset <name>', 'sizes and settings (default: by the amount of text)').choices(
    Object.keys(presetNames),
  ),
  recipe: new Option('--recipe <file>', 'a JSON file that overrides settings of the preset'),
  schedule: new Option(
    '--schedule <name>',
    'the learning rate schedule; constant is for your own scheduler (default: the preset’s)',
  ).choices(['one-cycle', 'stlr', 'constant'] satisfies Recipe['schedule'][]),
  lr: new Option(
    '--lr <stage=rate>',
    'peak learning rate of pretrain, finetune, classify, or one fit of the classifier, such as head; repeatable',
  ).argParser(rateOfStage),
  backwards: new Option('--backwards', 'read every text from its end'),
  seed: new Option('--seed <n>', 'the random seed').argParser(seed).default(1),
  splitSeed: new Option('--split-seed <n>', 'the random seed that chooses the reviews')
    .argParser(seed)
    .default(1),
  out: new Option('--out <folder>', 'the run’s folder; repeat the command to resume'),
  saveEvery: new Option(
    '--save-every <seconds>',
    'the longest time between two checkpoints (default: 300)',
  ).argParser(count(0)),
  slices: new Option(
    '--slices <n>',
    'parts of each batch that processes can share, a power of two (default: the number of processes)',
  ).argParser(count(1)),
  from: new Option(
    '--from <path>',
    'the run, bundle or package to start from, such as en',
  ).makeOptionMandatory(),
  model: new Option('--model <folder>', 'the run, bundle or package to use').makeOptionMandatory(),
  weights: new Option('--weights <format>', 'how the weights are stored')
    .choices(['float32', 'float16', 'int8'] satisfies Flags['weights'][])
    .default('float32'),
  ensemble: new Option('--ensemble <folders...>', 'more classifiers, whose probabilities are averaged'),
  prompt: new Option('--prompt <text>', 'the text to continue, if it isn’t given without a flag'),
  tokens: new Option('--tokens <n>', 'the most tokens to generate (default: 100)').argParser(count(1)),
  temperature: new Option(
    '--temperature <t>',
    'below 1 favours likely words; 0 takes the likeliest (default: 0.8)',
  ).argParser(amount),
  topK: new Option('--top-k <n>', 'draw only from the n likeliest words (default: all)').argParser(count(1)),
  topP: new Option(
    '--top-p <share>',
    'draw from the fewest words whose probabilities add up to this (default: 0.95)',
  ).argParser(amount),
  minP: new Option(
    '--min-p <share>',
    'draw from words with at least this share of the likeliest word’s probability (default: 0)',
  ).argParser(amount),
  stop: new Option('--stop <texts...>', 'stop before the first of these texts'),
  beam: new Option('--beam <n>', 'beam search for the likeliest text with n beams, instead of drawing one')
    .argParser(integer(1, 64))
    .conflicts(['temperature', 'topK', 'topP', 'minP'] satisfies FlagName[]),
  lengthPenalty: new Option(
    '--length-penalty <p>',
    'for --beam: favour longer texts, from 0 to 2 (default: 0.7)',
  ).argParser(amount),
  port: new Option('--port <n>', 'the port; 0 takes a free one (default: 8080)').argParser(integer(0, 65535)),
  host: new Option(
    '--host <address>',
    'the address to listen on: 127.0.0.1 for this machine only, 0.0.0.0 or :: for any network (default: 127.0.0.1)',
  ),
  batchSize: new Option(
    '--batch-size <n>',
    'texts of concurrent requests classified at once (default: 64)',
  ).argParser(count(1)),
  queueSize: new Option(
    '--queue-size <n>',
    'the most waiting texts; beyond that the answer is 429 (default: 256)',
  ).argParser(count(1)),
  maxTexts: new Option('--max-texts <n>', 'the most texts per request (default: 128)').argParser(count(1)),
  maxCharacters: new Option(
    '--max-characters <n>',
    'the most characters per text (default: 20000)',
  ).argParser(count(1)),
  timeout: new Option(
    '--timeout <seconds>',
    'the longest time from request to answer (default: 30)',
  ).argParser(count(1)),
  file: new Option('--file <path>', 'a file with one text, or - for standard input; repeatable').argParser(
    oneMore,
  ),
  class: new Option(
    '--class <name>',
    'the class to explain; repeatable (default: the predicted one)',
  ).argParser(oneMore),
  method: new Option(
    '--method <name>',
    'how contributions are computed (default: integrated-gradients)',
  ).choices(['integrated-gradients', 'occlusion'] satisfies Flags['method'][]),
  points: new Option(
    '--points <n>',
    'the most points at which to take the gradient (default: 512)',
  ).argParser(count(9)),
  html: new Option('--html <file>', 'also write a page with the texts in colours'),
  json: new Option('--json', 'print JSON'),
  verbose: new Option('--verbose', 'print every epoch and all metrics, such as ar, tar and gradNorm'),
  transfer: new Option('--no-transfer', 'train the classifier from scratch'),
  backend: new Option('--backend <name>', 'the engine')
    .choices(['auto', 'tensorflow', 'wasm', 'cpu'] satisfies Flags['backend'][])
    .default('auto'),
  threads: new Option(
    '--threads <n>',
    'threads of the engine and the tokenizer (default: all cores)',
  ).argParser(integer(1, MOST_THREADS)),
  tokenCache: new Option('--no-token-cache', 'tokenize again, and keep no tokens for next time'),
  precision: new Option('--precision <name>', 'number format of the native kernels; auto takes the faster')
    .choices(['auto', 'float32', 'bfloat16'] satisfies Flags['precision'][])
    .default('auto'),
  all: new Option('--all', 'print the probability of every class'),
  format: new Option('--format <name>', 'file format (default: by file name or first line)').choices([
    'csv',
    'tsv',
    'jsonl',
    'lines',
  ] satisfies Flags['format'][]),
  delimiter: new Option(
    '--delimiter <character>',
    'the column separator, such as ; or tab (default: detected)',
  ).argParser(character),
  header: new Option('--no-header', 'the table has no header; columns are called 1, 2, ...'),
  quotes: new Option('--no-quotes', 'quotes are ordinary characters, as in many TSV files'),
  emptyLabels: new Option(
    '--empty-labels <meaning>',
    'what an empty label field means with several labels per text: none of the classes, or unlabelled (default: none)',
  ).choices(['none', 'unlabelled'] satisfies Flags['emptyLabels'][]),
  groups: new Option('--groups <which>', 'which parts of the classifier to train (default: head)').choices([
    'head',
    'all',
  ] satisfies Flags['groups'][]),
  steps: new Option('--steps <n>', 'updates in the sweep (default: 100)').argParser(count(25)),
  startLr: new Option('--start-lr <rate>', 'the first rate (default: 1e-7)').argParser(rate),
  endLr: new Option('--end-lr <rate>', 'the last rate (default: 10)').argParser(rate),
  svg: new Option('--svg <file>', 'also write the curve to a file'),
  force: new Option('--force', 'install again even if present'),
  gpu: new Option('--gpu', 'TensorFlow for NVIDIA GPUs, with CUDA (Linux on x64; not tested on a GPU)'),
};
