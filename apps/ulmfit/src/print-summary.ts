import type { TaskSummary } from '@ulmfit/text';
import { aboutDuration } from './duration.js';
import { fitText, textWidth } from './fit-text.js';
import type { Look } from './look-at-task.js';
import { percent } from './percent.js';
import { wrapText } from './wrap-text.js';

const SCREEN = 80;
const NAME = 24;
const COLUMN = 12;
/** Classes that are listed; a longer list tells nothing at a glance. */
const MOST_CLASSES = 30;

const row = (name: string, cells: readonly (string | number)[]): string =>
  `${fitText(name, NAME)}${cells.map((cell) => String(cell).padStart(COLUMN)).join('')}`.trimEnd();

const wrapped = (line: string): string[] => wrapText(line, SCREEN);

const sets = ['train', 'valid', 'test', 'unlabelled'] as const;

/** What a task's texts are like, for the terminal: sets, lengths, classes, what should be looked into, and the time of a run. */
export function summaryLines(look: Look): string[] {
  const { summary, survey } = look;
  const { multiLabel, classes } = summary;
  const there = sets.filter((set) => summary.sets[set].texts > 0);
  const ofSets = (what: (set: TaskSummary['sets']['train']) => number) =>
    there.map((set) => what(summary.sets[set]));
  const labelled = there.filter((set) => set !== 'unlabelled');
  const warnings = warningsOf(summary);
  return [
    headline(summary),
    '',
    row('', there),
    row(
      'texts',
      ofSets(({ texts }) => texts),
    ),
    ...(multiLabel
      ? [
          row(
            'with none of the classes',
            ofSets(({ withoutClass }) => withoutClass),
          ),
        ]
      : []),
    row(
      'words: median',
      ofSets(({ words }) => words.median),
    ),
    row(
      'words: 95 % up to',
      ofSets(({ words }) => words.p95),
    ),
    row(
      'words: most',
      ofSets(({ words }) => words.maximum),
    ),
    ...(hasUnknown(look)
      ? [
          row(
            'unknown tokens',
            there.map((set) => {
              const share = set === 'valid' || set === 'test' ? survey.unknown[set] : undefined;
              return share === undefined ? '' : percent(share);
            }),
          ),
        ]
      : []),
    '',
    row('class', labelled),
    ...biggestFirst(summary)
      .slice(0, MOST_CLASSES)
      .map((own) =>
        row(
          own.name,
          labelled.map((set) => own[set]),
        ),
      ),
    ...(classes.length > MOST_CLASSES ? [`… and ${classes.length - MOST_CLASSES} smaller ones`] : []),
    '',
    ...(warnings.length > 0
      ? ['check', ...warnings.map((line) => `  ${line}`)]
      : ['no text is empty or repeated']),
    ...timeLines(look, '').flatMap(wrapped),
  ];
}

/** The same in a few lines, for the beginning of a run. */
export function shortSummaryLines(look: Look): string[] {
  const { summary, survey } = look;
  const { words } = summary.sets.train;
  const unknown = survey.unknown.test ?? survey.unknown.valid;
  const counts = sets.flatMap((set) =>
    summary.sets[set].texts > 0 ? [`${set} ${summary.sets[set].texts}`] : [],
  );
  const warnings = warningsOf(summary);
  return [
    headline(summary),
    `  texts: ${counts.join(', ')}`,
    `  classes: ${classList(summary, SCREEN - '  classes: '.length)}`,
    `  words: median ${words.median}, 95 % up to ${words.p95}, at most ${words.maximum}` +
      (unknown === undefined
        ? ''
        : `; ${survey.exact ? '' : 'about '}${percent(unknown)} of the tokens unknown`),
    ...warnings.map((line) => `  check ${line}`),
    ...timeLines(look, '  '),
  ].flatMap(wrapped);
}

const headline = ({ name, classes, multiLabel }: TaskSummary): string =>
  fitText(
    `${name}: ${classes.length} classes, ${multiLabel ? 'any number' : 'one'} per text`,
    SCREEN,
  ).trimEnd();

const hasUnknown = ({ survey: { unknown } }: Look): boolean =>
  unknown.valid !== undefined || unknown.test !== undefined;

const biggestFirst = ({ classes }: TaskSummary) => [...classes].sort((a, b) => b.train - a.train);

/** The larger classes with their counts, as many as fit. */
function classList(summary: TaskSummary, columns: number): string {
  const all = biggestFirst(summary).map(({ name, train }) => `${fitText(name, NAME).trimEnd()} ${train}`);
  for (let count = all.length; count > 0; count--) {
    const list =
      all.slice(0, count).join(', ') + (count < all.length ? `, and ${all.length - count} more` : '');
    if (textWidth(list) <= columns) return list;
  }
  return `${all.length}`;
}

function warningsOf(summary: TaskSummary): string[] {
  return [
    ...sets.flatMap((set) => {
      const { empty } = summary.sets[set];
      return empty > 0 ? [`${set}: ${counted(empty, 'has', 'have')} no word`] : [];
    }),
    ...repeatedLines(summary.repeated),
  ];
}

function repeatedLines({ within, across, conflicting }: TaskSummary['repeated']): string[] {
  return [
    ...Object.entries(within).flatMap(([set, texts]) =>
      texts > 0 ? [`${set}: ${counted(texts, 'repeats one', 'repeat others')} of the set`] : [],
    ),
    ...across.map(({ of, among, texts }) => `${of}: ${counted(texts, 'is', 'are')} in ${among} too`),
    ...(conflicting > 0 ? [`${counted(conflicting, 'has', 'have')} other labels elsewhere`] : []),
  ];
}

const counted = (texts: number, one: string, several: string): string =>
  texts === 1 ? `1 text ${one}` : `${texts} texts ${several}`;

/** How long a run takes, and each stage that takes more than a tenth of it. */
function timeLines({ estimate, preset }: Look, indent: string): string[] {
  if (!estimate) return [];
  const by = preset === undefined ? '' : ` with the preset ${preset}`;
  const long = Object.entries(estimate.stages).filter(([, seconds]) => seconds > estimate.seconds / 10);
  const stages =
    estimate.seconds < 90 || long.length < 2
      ? ''
      : ` (${long.map(([stage, seconds]) => `${stage} ${aboutDuration(seconds).replace('about ', '')}`).join(', ')})`;
  return [
    ...(indent === '' ? [''] : []),
    `${indent}a run${by} takes ${aboutDuration(estimate.seconds)} here${stages}, at the machine’s present load`,
  ];
}
