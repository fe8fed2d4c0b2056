import type { Summary } from './point.js';

/** `.876 ± .004 (3)`: the mean, its standard error and the seeds; `(3, restarted 1)` where some began again. */
function cell(summary: Summary | undefined): string {
  if (!summary) return '';
  const { mean, standardError, seeds, restarts } = summary;
  const figure = (value: number) => value.toFixed(3).replace(/^0/, '');
  const again = restarts > 0 ? `restarted ${restarts}` : '';
  if (seeds === 1) return again ? `${figure(mean)} (${again})` : figure(mean);
  return `${figure(mean)} ± ${figure(standardError)} (${seeds}${again && `, ${again}`})`;
}

/** The figures as a table of Markdown: a row a number of labels, a column a line. */
export function curveTable(summaries: readonly Summary[]): string {
  const lines = [...new Set(summaries.map(({ line }) => line))];
  const labels = [...new Set(summaries.map((each) => each.labels))].sort((a, b) => a - b);
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    row(['labels', ...lines]),
    row(['---', ...lines.map(() => '---')]),
    ...labels.map((count) =>
      row([
        count.toLocaleString('en'),
        ...lines.map((line) => cell(summaries.find((each) => each.line === line && each.labels === count))),
      ]),
    ),
    '',
  ].join('\n');
}
