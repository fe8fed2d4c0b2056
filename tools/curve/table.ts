import type { Summary } from './point.js';

/** `.876 ± .004 (3)`: the mean, its standard error and the seeds. */
function cell(summary: Summary | undefined): string {
  if (!summary) return '';
  const { mean, standardError, seeds } = summary;
  const figure = (value: number) => value.toFixed(3).replace(/^0/, '');
  return seeds > 1 ? `${figure(mean)} ± ${figure(standardError)} (${seeds})` : figure(mean);
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
