import { presets, type Recipe, type RunRecord, type RunSettings } from '@ulmfit/pipeline';
import { ulmfitCommand } from '../resume-command.js';

/** How a run is made again. */
export interface RemakeCommand {
  readonly command: string;
  /** What it takes beside the command, in words. */
  readonly beside?: string;
}

/** The settings of a task that are flags of the same meaning. */
const FLAGS: Readonly<Record<string, string>> = {
  ...{ data: '--data', valid: '--valid', test: '--test', unlabelled: '--unlabelled' },
  ...{ textColumns: '--text-column', labelColumn: '--label-column', labelDelimiter: '--label-delimiter' },
  ...{ emptyLabels: '--empty-labels', splitColumn: '--split-column', testShare: '--test-share' },
  ...{ rowsPerClass: '--rows-per-class', format: '--format', delimiter: '--delimiter' },
  ...{ labels: '--train-reviews', lmReviews: '--lm-reviews', testReviews: '--test-reviews' },
};
/** What a flag has unless it is given. */
const DEFAULTS: Readonly<Record<string, unknown>> = {
  emptyLabels: 'none',
  validShare: 0.1,
  splitSeed: 1,
  seed: 1,
};

/**
 * The command that makes a run from its settings, in a folder of its own.
 * @returns undefined where it learned what a program gave it
 */
export function remakeCommand({ settings }: Pick<RunRecord, 'settings'>): RemakeCommand | undefined {
  const { task, recipe, plugins, optimizer, architecture } = settings;
  const kind = task?.['kind'];
  if (task !== null && kind !== 'files' && kind !== 'imdb') return undefined;
  const preset = presetOf(recipe);
  const ofProgram = Object.keys(plugins).length + Object.keys(optimizer).length > 0 || architecture;
  const beside = [
    ...(preset === undefined ? ['recipe.json is the “recipe” of the settings below, saved as a file'] : []),
    ...(ofProgram ? ['plugins, optimizers and encoders come from the same ulmfit.config.ts'] : []),
  ];
  const words = [
    ...stageOf(settings),
    ...taskFlags(task ?? {}),
    ...trainingFlags(settings),
    ...(preset === undefined ? ['--recipe', 'recipe.json'] : ['--preset', preset]),
    ...['--out', 'runs/again'],
  ];
  return { command: ulmfitCommand(words), ...(beside.length > 0 && { beside: `${beside.join('; ')}.` }) };
}

/** The command, and what it starts from. */
function stageOf({ task, pretrained, encoder }: RunSettings): string[] {
  if (task === null) return ['pretrain'];
  if (encoder !== undefined) return ['classify', '--from', encoder];
  return ['run', ...(pretrained === undefined ? [] : ['--pretrained', pretrained])];
}

function taskFlags(task: NonNullable<RunSettings['task']>): string[] {
  const isImdb = task['kind'] === 'imdb';
  const splitSeed = isImdb ? task['splitSeed'] : task['seed'];
  return [
    ...Object.entries(FLAGS).flatMap(([name, flag]) => {
      const value = task[name];
      if (value === undefined || value === null || value === DEFAULTS[name]) return [];
      return [flag, Array.isArray(value) ? value.join(',') : String(value)];
    }),
    ...(task['header'] === false ? ['--no-header'] : []),
    ...(task['quotes'] === false ? ['--no-quotes'] : []),
    ...given('--valid-share', task['validShare'], DEFAULTS['validShare']),
    ...given('--split-seed', splitSeed, DEFAULTS['splitSeed']),
  ];
}

function trainingFlags({ corpus, backwards, transfer, linear, seed }: RunSettings): string[] {
  return [
    ...(corpus?.['kind'] === 'files' ? ['--corpus', String(corpus['path'])] : []),
    ...given('--corpus-words', corpus?.['words'], undefined),
    ...(backwards ? ['--backwards'] : []),
    ...(transfer ? [] : ['--no-transfer']),
    ...(linear ? [] : ['--no-linear']),
    ...given('--seed', seed, DEFAULTS['seed']),
  ];
}

const given = (flag: string, value: unknown, usual: unknown): string[] =>
  value === undefined || value === null || value === usual ? [] : [flag, String(value)];

/** The preset whose settings these are, whole. */
const presetOf = (recipe: Recipe): string | undefined =>
  Object.entries(presets).find(([, preset]) => sameJson(preset, recipe))?.[0];

const sameJson = (a: unknown, b: unknown): boolean => sorted(a) === sorted(b);

/** JSON whose keys stand in one order. */
const sorted = (value: unknown): string =>
  JSON.stringify(value, (_, own: unknown) =>
    typeof own === 'object' && own !== null && !Array.isArray(own)
      ? Object.fromEntries(Object.entries(own).sort(([a], [b]) => (a < b ? -1 : 1)))
      : own,
  );
