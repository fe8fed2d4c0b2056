/**
 * Rows under a head, in columns.
 * @param {readonly string[]} head
 * @param {readonly (readonly string[])[]} rows
 * @param {number} leftAligned The number of columns of words, which begin at the left.
 */
export function table(head, rows, leftAligned) {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => (row[i] ?? '').length)));
  /** @param {readonly string[]} cells */
  const line = (cells) =>
    cells
      .map((cell, i) => (i < leftAligned ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join('  ')
      .trimEnd();
  return [line(head), ...rows.map(line)].join('\n');
}
