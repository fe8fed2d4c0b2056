import { printable } from '@ulmfit/errors';
import { duration } from '../duration.js';
import { decimals, mainFigure } from '../evaluation-figures.js';
import { fitText, textWidth } from '../fit-text.js';
import { percent } from '../percent.js';
import { wrapText } from '../wrap-text.js';
import type { Comparison } from './compared-runs.js';

const SCREEN = 80;
const GAP = 2;
/** Settings that are listed; presets differ in dozens. */
const MOST_SETTINGS = 15;
/** Columns of a run's name and of a value among the settings. */
const [NAME, VALUE] = [24, 48];

/** A comparison for the terminal: a line a run, then the settings that differ. */
export function comparisonLines({ task, split, runs, settings, notes }: Comparison): string[] {
  const [first] = runs;
  if (!first) return [];
  const { documents, multiLabel } = first.judgement;
  const { name, of, show } = mainFigure(multiLabel);
  const texts = split === 'test' ? 'test' : 'validation';
  const rows = runs.map(({ judgement, labels, seconds, isBest }) => [
    labels === undefined ? '–' : String(labels),
    `${show(of(judgement))}${isBest ? ' *' : '  '}`,
    ...(multiLabel ? [] : [judgement.accuracyInterval.map(percent).join(' to ')]),
    decimals(judgement.macro.f1),
    duration(seconds),
  ]);
  const head = ['labels', `${name}  `, ...(multiLabel ? [] : ['95 % interval']), 'macro F1', 'time'];
  const widths = head.map(
    (title, i) => GAP + Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)),
  );
  const room = Math.min(
    SCREEN - widths.reduce((a, b) => a + b, 0),
    Math.max('run'.length, ...runs.map(({ path }) => textWidth(path))),
  );
  const line = (path: string, cells: readonly string[]) =>
    (ending(path, room) + cells.map((cell, i) => cell.padStart(widths[i] ?? 0)).join('')).trimEnd();
  const names = namesOf(runs.map(({ path }) => path));
  return [
    ...wrapText(
      `${printable(task)}: ${documents} ${texts} texts of ${first.judgement.classes.length} classes`,
      SCREEN,
    ),
    '',
    line('run', head),
    ...runs.map(({ path }, i) => line(path, rows[i] ?? [])),
    `* the best ${name}`,
    ...notes.flatMap((note) => wrapText(note, SCREEN)),
    '',
    ...(settings.length === 0 ? ['no setting differs'] : ['settings that differ']),
    ...settings
      .slice(0, MOST_SETTINGS)
      .flatMap(({ path, values }) => wrapText(`  ${path}: ${sharedBy(values, names)}`, SCREEN)),
    ...(settings.length > MOST_SETTINGS
      ? [`  and ${settings.length - MOST_SETTINGS} more: --out FILE shows all`]
      : []),
  ];
}

/** The end of a path tells runs apart. */
function ending(path: string, columns: number): string {
  if (textWidth(path) <= columns) return fitText(path, columns);
  let end = printable(path);
  while (textWidth(end) > columns - 1) end = end.slice(1);
  return fitText(`…${end}`, columns);
}

/** The last part of each path where these differ. */
function namesOf(paths: readonly string[]): string[] {
  const last = paths.map((path) => path.replace(/[\\/]+$/, '').replace(/^.*[\\/]/, ''));
  return (new Set(last).size === last.length ? last : paths).map((name) =>
    ending(name, Math.min(NAME, textWidth(name))),
  );
}

/** `1 (a, b), 2 (c)` */
function sharedBy(values: readonly string[], names: readonly string[]): string {
  return [...new Set(values)]
    .map((value) => {
      const own = names.filter((_, i) => values[i] === value);
      return `${ending(value, Math.min(VALUE, textWidth(value)))} (${own.join(', ')})`;
    })
    .join(', ');
}
