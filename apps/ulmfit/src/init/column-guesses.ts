import { guessColumns, type TextRecord } from '@ulmfit/data-files';

/** What the beginning of a file tells of its columns. */
export interface ColumnGuesses {
  readonly columns: readonly string[];
  /** One or more. */
  readonly text: readonly string[];
  readonly label: string | undefined;
}

/** Which columns hold the texts and the labels: by their names, else the one with the longest values and the one with the fewest. */
export function columnGuesses(name: string, records: readonly TextRecord[]): ColumnGuesses {
  const columns = [...new Set(records.flatMap(({ fields, json }) => Object.keys(json ?? fields)))];
  const [both] = attempts(name, columns, [{}]);
  if (both) return { columns, text: both.text, label: both.label };
  const [texts] = attempts(name, columns, [{ label: null }]);
  const values = (column: string) => records.map(({ fields }) => fields[column] ?? '');
  const length = (column: string) => values(column).reduce((sum, text) => sum + text.length, 0);
  const longest = [...columns].sort((a, b) => length(b) - length(a)).slice(0, 1);
  const text = texts?.text ?? longest;
  const label = columns
    .filter((column) => !text.includes(column))
    .map((column) => ({ column, different: new Set(values(column)).size }))
    .filter(({ different }) => different > 1 && different <= records.length / 2)
    .sort((a, b) => a.different - b.different)[0]?.column;
  return { columns, text, label };
}

/** Those that find something. */
const attempts = (
  name: string,
  columns: readonly string[],
  given: readonly Parameters<typeof guessColumns>[2][],
) =>
  given.flatMap((each) => {
    try {
      return [guessColumns(name, columns, each)];
    } catch {
      return [];
    }
  });
