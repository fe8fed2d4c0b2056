import type { FlagName } from './flags.js';

/** The headings of a command's flags, in their order. */
const flagGroups: Readonly<Record<string, readonly FlagName[]>> = {
  'The model:': [
    ...(['model', 'from', 'ensemble', 'weights', 'pretrained'] as const),
    ...(['transfer', 'linear'] as const),
  ],
  'The data:': [
    ...(['data', 'valid', 'test', 'unlabelled', 'textColumn', 'labelColumn', 'labelDelimiter'] as const),
    ...(['emptyLabels', 'splitColumn', 'validShare', 'testShare', 'rowsPerClass', 'splitSeed'] as const),
    ...(['trainReviews', 'lmReviews', 'testReviews', 'corpus', 'corpusWords'] as const),
    ...(['format', 'delimiter', 'header', 'quotes', 'file', 'language', 'tokenizer'] as const),
  ],
  'The training:': [
    ...(['preset', 'recipe', 'schedule', 'lr', 'patience', 'classWeights'] as const),
    ...(['backwards', 'seed', 'groups', 'steps', 'startLr', 'endLr'] as const),
  ],
  'The text to write:': [
    ...([
      'prompt',
      'tokens',
      'temperature',
      'topK',
      'topP',
      'minP',
      'stop',
      'beam',
      'lengthPenalty',
    ] as const),
  ],
  'The explanation:': ['class', 'method', 'points'],
  'The server:': [
    ...(['port', 'host', 'batchSize', 'queueSize', 'maxTexts', 'maxCharacters', 'timeout'] as const),
  ],
  'What comes out:': ['out', 'saveEvery', 'verbose', 'json', 'all', 'html', 'svg'],
  'The machine:': ['backend', 'threads', 'precision', 'slices', 'tokenCache', 'force', 'gpu'],
};

/** The heading of a flag. */
export const flagGroup = (name: FlagName): string | undefined =>
  Object.entries(flagGroups).find(([, names]) => names.includes(name))?.[0];

/** What people type, shown at the end of `--help`; that of the program itself is under the empty name. */
export const examples: Readonly<Record<string, readonly string[]>> = {
  '': [
    'run --data reviews.csv --out runs/reviews',
    'predict --model runs/reviews "A gem: warm and funny."',
    'run --data sample --preset tiny  # a first try, on invented texts',
  ],
  init: ['init'],
  run: [
    'run --data sample --preset tiny --out runs/sample',
    'run --data tickets.csv --text-column subject,body --label-column team',
    'run --data train.csv --test test.csv --pretrained runs/wiki',
  ],
  pretrain: ['pretrain --corpus wiki.txt.gz --out runs/wiki'],
  finetune: ['finetune --from runs/wiki --data reviews.csv --out runs/tuned'],
  classify: ['classify --from runs/tuned --data reviews.csv --out runs/classifier'],
  evaluate: [
    'evaluate --model runs/reviews --data test.csv',
    'evaluate --model runs/a --ensemble runs/b --data test.csv --json',
  ],
  predict: [
    'predict --model runs/reviews "A gem: warm and funny." "Awful."',
    'predict --model runs/reviews new.csv > labelled.csv',
    'cat texts.txt | ulmfit predict --model runs/reviews - --json',
  ],
  explain: [
    'explain runs/reviews "A gem: warm and funny."',
    'explain runs/reviews --file review.txt --html why.html',
  ],
  generate: ['generate --model runs/reviews "The film begins" --tokens 50'],
  export: ['export runs/reviews reviews.ulmfit --weights int8 --data test.csv'],
  serve: ['serve runs/reviews --port 8080'],
  'lr-find': ['lr-find classify --from runs/tuned --data reviews.csv'],
  config: ['config --data reviews.csv --preset small'],
  inspect: ['inspect reviews.csv', 'inspect runs/reviews                # a model'],
  report: ['report runs/reviews'],
  compare: ['compare runs/first runs/second', 'compare runs/* --out compare.html'],
  sweep: ['sweep sweep.json', 'sweep sweep.json --run', 'sweep sweep.json --table'],
  completion: ['completion bash > ~/.local/share/bash-completion/completions/ulmfit'],
};

/** They, as help shows them. */
export function examplesText(name: string): string {
  const lines = examples[name] ?? [];
  if (lines.length === 0) return '';
  const whole = lines.map((line) => (/^\w+ .*\| ulmfit /.test(line) ? line : `ulmfit ${line}`));
  return `\nExamples:\n${whole.map((line) => `  $ ${line}`).join('\n')}`;
}
