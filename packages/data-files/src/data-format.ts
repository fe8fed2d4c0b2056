/** A form in which texts come: a table with a header, JSON objects, one a line, or a text a line. */
export type DataFormat = 'csv' | 'tsv' | 'jsonl' | 'lines';

const DELIMITERS = [',', '\t', ';', '|'];

/**
 * The format of a file, by its name's end (`.csv`, `.tsv` or `.tab`, `.jsonl`, `.ndjson` or `.json`, `.txt`, each with or without `.gz`),
 * else by its first line: an object of JSON, a table with a delimiter, or a text.
 * @param head The beginning of what it holds, with a whole line at least.
 * @example
 * detectFormat('tickets.csv.gz', ''); // 'csv'
 */
export function detectFormat(name: string, head: string): DataFormat {
  const extension = /\.(\w+)(?:\.gz)?$/.exec(name)?.[1]?.toLowerCase() ?? '';
  if (extension === 'csv') return 'csv';
  if (extension === 'tsv' || extension === 'tab') return 'tsv';
  if (extension === 'jsonl' || extension === 'ndjson' || extension === 'json') return 'jsonl';
  if (extension === 'txt') return 'lines';
  if (/^\s*\{/.test(head)) return 'jsonl';
  const delimiter = likeliestDelimiter(head);
  return delimiter === undefined ? 'lines' : delimiter === '\t' ? 'tsv' : 'csv';
}

/**
 * What separates the columns of a table: the character that stands most often outside of quotes in its first line.
 * @example
 * detectDelimiter('csv', 'text;label\nWhere is my parcel?;delivery\n'); // ';'
 */
export function detectDelimiter(format: 'csv' | 'tsv', head: string): string {
  if (format === 'tsv') return '\t';
  return likeliestDelimiter(head) ?? ',';
}

function likeliestDelimiter(head: string): string | undefined {
  const counts = new Map(DELIMITERS.map((delimiter) => [delimiter, 0]));
  let quoted = false;
  for (const character of head) {
    if (character === '"') quoted = !quoted;
    else if (!quoted && (character === '\n' || character === '\r')) break;
    else if (!quoted) {
      const count = counts.get(character);
      if (count !== undefined) counts.set(character, count + 1);
    }
  }
  const [best] = [...counts].sort(([, a], [, b]) => b - a);
  return best && best[1] > 0 ? best[0] : undefined;
}
