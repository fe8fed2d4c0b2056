import type { TaskSummary } from '@ulmfit/text';
import { fitText } from './fit-text.js';

const NAME = 24;
const COLUMN = 12;
/** Classes that are listed; a longer list tells nothing at a glance. */
const MOST_CLASSES = 30;

const row = (name: string, cells: readonly (string | number)[]): string =>
  `${fitText(name, NAME)}${cells.map((cell) => String(cell).padStart(COLUMN)).join('')}`;

/** What a task's texts are like, for the terminal: sets, lengths, classes, and what should be looked into. */
export function summaryLines({ name, multiLabel, sets, classes, repeated }: TaskSummary): string[] {
  const there = (['train', 'valid', 'test', 'unlabelled'] as const).filter((set) => sets[set].texts > 0);
  const ofSets = (what: (set: TaskSummary['sets']['train']) => number) => there.map((set) => what(sets[set]));
  const biggestFirst = [...classes].sort((a, b) => b.train - a.train);
  const labelled = there.filter((set) => set !== 'unlabelled');
  const warnings = [
    ...there.flatMap((set) => (sets[set].empty > 0 ? [`${set}: ${sets[set].empty} texts have no word`] : [])),
    ...repeatedLines(repeated),
  ];
  return [
    fitText(`${name}: ${classes.length} classes, ${multiLabel ? 'any number' : 'one'} a text`, 80).trimEnd(),
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
      'words: 95 % have up to',
      ofSets(({ words }) => words.p95),
    ),
    row(
      'words: most',
      ofSets(({ words }) => words.maximum),
    ),
    '',
    row('class', labelled),
    ...biggestFirst.slice(0, MOST_CLASSES).map((own) =>
      row(
        own.name,
        labelled.map((set) => own[set]),
      ),
    ),
    ...(classes.length > MOST_CLASSES ? [`… and ${classes.length - MOST_CLASSES} smaller ones`] : []),
    '',
    ...(warnings.length > 0
      ? ['look into', ...warnings.map((line) => `  ${line}`)]
      : ['no text is empty or repeated']),
  ];
}

function repeatedLines({ within, across, conflicting }: TaskSummary['repeated']): string[] {
  return [
    ...Object.entries(within).flatMap(([set, texts]) =>
      texts > 0 ? [`${set}: ${texts} texts stand in it before`] : [],
    ),
    ...across.map(({ of, among, texts }) => `${of}: ${texts} of its texts stand in ${among} too`),
    ...(conflicting > 0 ? [`${conflicting} texts stand elsewhere with other labels`] : []),
  ];
}
