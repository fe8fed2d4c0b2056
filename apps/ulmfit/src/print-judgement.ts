import { printable } from '@ulmfit/errors';
import { chosenJudgement, type Judgement, type PrecisionRecall } from '@ulmfit/pipeline';
import { classRows } from './class-rows.js';
import {
  decimals,
  evaluationFigures,
  judgedMembers,
  mainFigure,
  type JudgedMember,
  type Scored,
} from './evaluation-figures.js';
import { fitText, textWidth } from './fit-text.js';
import { percent } from './percent.js';

const SCREEN = 80;
const COLUMN = 11;
/** Between the columns of a table. */
const GAP = 2;
const CLASS_LIMITS = { most: 25, ends: 10 };
/** Classes whose confusion matrix fits a screen. */
const MATRIX_CLASSES = 8;
const PAIRS = 5;

/**
 * A scored classifier for the terminal, at most 80 columns wide: the main figure, every figure of each classifier side by
 * side, the classes as scikit-learn's `classification_report` has them, and what is confused most.
 */
export function judgementLines(result: Scored): string[] {
  const chosen = chosenJudgement(result);
  const members = judgedMembers(result);
  const sections = [
    headLines(result),
    figureLines(members),
    classLines(members),
    chosen.confusion && chosen.classes.length <= MATRIX_CLASSES
      ? matrixLines(chosen, chosen.confusion)
      : pairLines(chosen),
  ];
  return sections.filter((lines) => lines.length > 0).flatMap((lines, i) => (i > 0 ? ['', ...lines] : lines));
}

function headLines(result: Scored): string[] {
  const judgement = chosenJudgement(result);
  const { documents, multiLabel, accuracyInterval, verdictWords } = judgement;
  const { name, of, show } = mainFigure(multiLabel);
  const [low, high] = accuracyInterval;
  const texts = `${documents} ${result.split === 'test' ? 'test' : 'validation'} texts`;
  const interval =
    multiLabel || documents === 0 ? '' : ` (95 % interval ${percent(low)} to ${percent(high)})`;
  return [`${name} ${show(of(judgement))} on ${texts}${interval}`, ...wrapped(printable(verdictWords))];
}

/** A line for each figure, a column for each classifier. */
function figureLines(members: readonly JudgedMember[]): string[] {
  const [first] = members;
  if (!first) return [];
  const figures = evaluationFigures(first.judgement);
  const names = Math.max(...figures.map(({ name }) => name.length)) + 1;
  const head = members.map(({ kind, isChosen }) => `${kind}${isChosen ? ' *' : '  '}`.padStart(COLUMN));
  const rows = figures.map(({ name, of, show }) =>
    [name.padEnd(names), ...members.map(({ judgement }) => `${show(of(judgement))}  `.padStart(COLUMN))].join(
      '',
    ),
  );
  if (members.length === 1) return rows.map((row) => row.trimEnd());
  return [
    ' '.repeat(names) + head.join(''),
    ...rows.map((row) => row.trimEnd()),
    '* makes the predictions; chosen on the validation set',
  ].map((row) => row.trimEnd());
}

/** A line for each class and each mean: precision, recall and F1 of the chosen classifier, F1 of the others. */
function classLines(members: readonly JudgedMember[]): string[] {
  const chosen = members.find(({ isChosen }) => isChosen)?.judgement;
  if (!chosen) return [];
  const others = members.filter(({ isChosen }) => !isChosen);
  const { rows, note } = classRows(chosen, CLASS_LIMITS);
  const columns = ['precision', 'recall', 'F1', ...others.map(({ kind }) => `${kind} F1`), 'texts'];
  const widths = columns.map((column) => GAP + Math.max(column.length, '0.000'.length));
  const most = SCREEN - widths.reduce((a, b) => a + b, 0);
  const names = rows.map((i) => chosen.classes[i] ?? '');
  const room = Math.min(most, Math.max('weighted mean'.length, ...names.map(textWidth)));
  const line = (name: string, cells: readonly string[]) =>
    fitText(name, room) + cells.map((cell, i) => cell.padStart(widths[i] ?? 0)).join('');
  const row = (name: string, of: (judgement: Judgement) => PrecisionRecall | undefined, texts: number) => {
    const { precision, recall, f1 } = of(chosen) ?? NONE;
    const figures = [precision, recall, f1, ...others.map(({ judgement }) => of(judgement)?.f1 ?? NaN)];
    return line(name, [...figures.map(decimals), String(texts)]);
  };
  const all = chosen.perClass.reduce((sum, { support }) => sum + support, 0);
  return [
    ...(note === undefined ? [] : wrapped(note)),
    line('class', columns),
    ...rows.map((i) =>
      row(chosen.classes[i] ?? '', ({ perClass }) => perClass[i], chosen.perClass[i]?.support ?? 0),
    ),
    ...(chosen.micro ? [row('micro mean', ({ micro }) => micro, all)] : []),
    row('macro mean', ({ macro }) => macro, all),
    row('weighted mean', ({ weighted }) => weighted, all),
  ];
}

const NONE: PrecisionRecall = { precision: NaN, recall: NaN, f1: NaN };

/** Rows are true classes, columns predicted ones. */
function matrixLines({ classes }: Judgement, confusion: readonly (readonly number[])[]): string[] {
  const digits = Math.max(...confusion.flat().map((n) => String(n).length));
  const widest = Math.max(...classes.map(textWidth));
  const column = GAP + Math.max(digits, Math.min(widest, Math.floor((SCREEN - 24) / classes.length) - GAP));
  const room = Math.min(widest, SCREEN - column * classes.length);
  const right = (name: string) => ' '.repeat(GAP) + alignRight(name, column - GAP);
  return [
    'confusion matrix: rows are true classes, columns predicted ones',
    ' '.repeat(room) + classes.map(right).join(''),
    ...confusion.map(
      (row, i) => fitText(classes[i] ?? '', room) + row.map((n) => String(n).padStart(column)).join(''),
    ),
  ];
}

const alignRight = (name: string, columns: number): string => {
  const fitted = fitText(name, columns).trimEnd();
  return ' '.repeat(Math.max(0, columns - textWidth(fitted))) + fitted;
};

function pairLines({ classes, confusedPairs, perClass }: Judgement): string[] {
  const pairs = confusedPairs.slice(0, PAIRS);
  if (pairs.length === 0) return [];
  const digits = Math.max(...pairs.map(({ count }) => String(count).length));
  const name = (i: number) => fitText(classes[i] ?? '', Math.min(25, textWidth(classes[i] ?? '')));
  return [
    'most confused',
    ...pairs.map(({ truth, predicted, count }) => {
      const of = perClass[truth]?.support ?? 0;
      return `${String(count).padStart(digits + 2)} of ${of} ${name(truth)} predicted as ${name(predicted)}`;
    }),
  ];
}

/** Words in lines of the screen's width. */
function wrapped(words: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of words.split(/ (?!%)/)) {
    if (line !== '' && line.length + 1 + word.length > SCREEN) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
