export interface TextPlotOptions {
  /** Rising, above 0: the axis is logarithmic. */
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** Places on the x axis, each under a letter. */
  readonly marks?: readonly { readonly at: number; readonly letter: string }[];
  /** Columns of the whole. Default 80. */
  readonly width?: number;
  /** Rows of the curve. Default 14. */
  readonly height?: number;
}

/** A curve for the terminal, in lines: values on the left, powers of ten and marks below. */
export function textPlot({ x, y, marks = [], width = 80, height = 14 }: TextPlotOptions): string[] {
  const labels = [Math.max(...y), Math.min(...y)].map((value) => value.toPrecision(4));
  const margin = Math.max(...labels.map(({ length }) => length)) + 1;
  const columns = width - margin - 1;
  const [first, last] = [Math.log10(x[0] ?? 1), Math.log10(x.at(-1) ?? 1)];
  const columnOf = (value: number) =>
    Math.round(((Math.log10(value) - first) / (last - first || 1)) * (columns - 1));
  const [high, low] = [Math.max(...y), Math.min(...y)];
  const rowOf = (value: number) => Math.round(((high - value) / (high - low || 1)) * (height - 1));

  const rows = Array.from({ length: height }, () => new Array<string>(columns).fill(' '));
  x.forEach((value, i) => {
    const row = rows[rowOf(y[i] ?? NaN)];
    if (row) row[columnOf(value)] = '*';
  });
  const lines = rows.map((row, i) => {
    const label = i === 0 ? labels[0] : i === height - 1 ? labels[1] : '';
    return `${(label ?? '').padStart(margin)}|${row.join('')}`.trimEnd();
  });

  const axis = new Array<string>(columns).fill('-');
  const names = new Array<string>(columns).fill(' ');
  for (let power = Math.ceil(first); power <= last; power++) {
    const column = columnOf(10 ** power);
    const name = `1e${power}`;
    axis[column] = '+';
    if (column + name.length <= columns && (names[column - 1] ?? ' ') === ' ')
      names.splice(column, name.length, ...name);
  }
  const under = new Array<string>(columns).fill(' ');
  for (const { at, letter } of marks) {
    let column = Math.min(Math.max(columnOf(at), 0), columns - 1);
    while (column < columns - 1 && under[column] !== ' ') column++;
    under[column] = letter;
  }
  const indent = ' '.repeat(margin);
  lines.push(`${indent}+${axis.join('')}`, `${indent} ${names.join('')}`.trimEnd());
  if (marks.length > 0) lines.push(`${indent} ${under.join('')}`.trimEnd());
  return lines;
}
