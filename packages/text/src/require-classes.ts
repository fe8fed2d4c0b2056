import { brief, UlmfitError } from '@ulmfit/errors';

/** With more classes than this, the column holds something else. */
export const MAXIMUM_CLASSES = 10_000;

/**
 * Refuses labels that nothing can be learnt from: with one label per text two classes are needed, otherwise one.
 * @param rows The number of labelled training texts.
 * @param source What is read, for the message.
 * @throws UlmfitError `NO_ROWS`, `ONE_CLASS`, `TOO_MANY_CLASSES`.
 * @example
 * requireClasses(['neg', 'pos'], 100, { source: 'tickets.csv', multiLabel: false });
 */
export function requireClasses(
  classes: readonly string[],
  rows: number,
  { source, multiLabel }: { source: string; multiLabel: boolean },
): void {
  const [first] = classes;
  if (rows === 0 || first === undefined) {
    throw new UlmfitError('NO_ROWS', `${source}: no training text has a label; give some that have`);
  }
  if (classes.length === 1 && !multiLabel) {
    throw new UlmfitError(
      'ONE_CLASS',
      `${source}: all training texts have the label ${brief(first)}; give texts of two classes or more`,
    );
  }
  // A few rows may well have a class each; hundreds have none in common only where the labels are ids or texts.
  const tooMany = classes.length > MAXIMUM_CLASSES || (rows >= 20 && classes.length > 0.8 * rows);
  if (tooMany) throw tooManyClasses(source, classes.length, rows);
}

/**
 * The error for labels that are no classes, such as ids.
 * @example
 * throw tooManyClasses('tickets.csv', 5000, 6000);
 */
export function tooManyClasses(source: string, classes: number, rows: number): UlmfitError {
  return new UlmfitError(
    'TOO_MANY_CLASSES',
    `${source}: ${classes} classes in ${rows} training texts; is this the right column of labels?`,
  );
}

/**
 * The error for labels that are none of the classes.
 * @param listed The classes, where they were given rather than those of training.
 * @example
 * throw unknownLabels('tickets.csv: line 7', ['refund'], ['billing', 'account']);
 */
export function unknownLabels(
  where: string,
  names: Iterable<string>,
  listed?: readonly string[],
): UlmfitError {
  const all = [...names].sort();
  const label = `label${all.length > 1 ? 's' : ''} ${firstOf(all)}`;
  return new UlmfitError(
    'UNKNOWN_LABEL',
    listed
      ? `${where}: has the ${label}, but the classes are ${firstOf(listed)}; correct these rows, or leave them out`
      : `${where}: has the ${label}, which no training text has; add such texts to training, or leave these rows out`,
  );
}

const firstOf = (names: readonly string[]): string =>
  `${names.slice(0, 5).map(brief).join(', ')}${names.length > 5 ? ` and ${names.length - 5} more` : ''}`;
