import { brief, UlmfitError } from '@ulmfit/errors';

/** Names of columns that hold texts, the likeliest first; without capitals and what stands between words. */
const TEXT_NAMES = [
  ...[
    'text',
    'texts',
    'content',
    'review',
    'reviewtext',
    'body',
    'message',
    'sentence',
    'document',
    'comment',
    'commenttext',
  ],
  ...[
    'tweet',
    'description',
    'question',
    'utterance',
    'query',
    'article',
    'post',
    'abstract',
    'email',
    'sms',
  ],
];
/** Names of columns whose text belongs before that of the others. */
const TITLE_NAMES = ['title', 'headline', 'subject', 'summary'];
/** Names of columns that hold a label. */
const LABEL_NAMES = [
  ...[
    'label',
    'class',
    'category',
    'target',
    'sentiment',
    'topic',
    'intent',
    'section',
    'emotion',
    'polarity',
    'genre',
    'tag',
  ],
  ...['rating', 'stars', 'score', 'type', 'y'],
];
/** Names of columns that hold several. */
const LABELS_NAMES = ['labels', 'classes', 'categories', 'topics', 'tags', 'genres', 'emotions'];

/** Which columns are read for what. */
export interface Columns {
  /** One or more; several are joined by marks of fields. */
  readonly text: readonly string[];
  /** Absent where texts have no labels. */
  readonly label: string | undefined;
}

export interface GuessedColumns extends Columns {
  /** What was guessed, a line each, such as `text columns: title, text (guessed)`. */
  readonly guessed: readonly string[];
}

/** Columns that are named, so that they need not be guessed. */
export interface GivenColumns {
  readonly text?: readonly string[] | undefined;
  /** Null for none. */
  readonly label?: string | null | undefined;
  /** Whether a text may have several labels. Default false. */
  readonly several?: boolean | undefined;
}

/**
 * Chooses the columns of texts and labels: those that are named, else by usual names, else the one left of two.
 * @param name What messages call the file.
 * @throws UlmfitError `NO_SUCH_COLUMN`, with the columns that there are.
 * @example
 * guessColumns('tickets.csv', ['id', 'text', 'label'], {});
 */
export function guessColumns(name: string, columns: readonly string[], given: GivenColumns): GuessedColumns {
  for (const column of [...(given.text ?? []), ...(given.label ? [given.label] : [])]) {
    requireColumn(name, columns, column);
  }
  const find = (names: readonly string[], taken: readonly string[]) => {
    for (const candidate of names) {
      const found = columns.find((column) => plain(column) === candidate && !taken.includes(column));
      if (found !== undefined) return found;
    }
    return undefined;
  };
  let label = given.label ?? undefined;
  const guessesLabel = given.label === undefined;
  const labelNames = given.several ? [...LABELS_NAMES, ...LABEL_NAMES] : [...LABEL_NAMES, ...LABELS_NAMES];
  if (guessesLabel) label = find(labelNames, given.text ?? []);
  let text = given.text ?? [];
  if (given.text === undefined) {
    const taken = label === undefined ? [] : [label];
    text = [find(TITLE_NAMES, taken), find(TEXT_NAMES, taken)].filter((column) => column !== undefined);
  }
  const used = label === undefined ? text : [...text, label];
  const left = columns.filter((column) => !used.includes(column));
  const [other] = left;
  if (other !== undefined && left.length === 1) {
    if (text.length === 0) text = [other];
    else if (label === undefined && guessesLabel && columns.length === 2) label = other;
  }
  if (text.length === 0) {
    throw missingColumn(name, columns, 'a text column', '--text-column (textColumns)');
  }
  if (label === undefined && guessesLabel) {
    throw missingColumn(name, columns, 'a label column', '--label-column (labelColumn)');
  }
  const guessed = [
    ...(given.text === undefined
      ? [`text column${text.length > 1 ? 's' : ''}: ${text.map(shown).join(', ')} (guessed)`]
      : []),
    ...(guessesLabel && label !== undefined ? [`label column: ${shown(label)} (guessed)`] : []),
  ];
  return { text, label, guessed };
}

const plain = (column: string): string => column.toLowerCase().replaceAll(/[\s_.-]/g, '');
const shown = (column: string): string => (/^[\w .-]{1,60}$/.test(column) ? column : brief(column));

/** @throws UlmfitError `NO_SUCH_COLUMN`, with the columns that there are */
export function requireColumn(name: string, columns: readonly string[], column: string): void {
  if (columns.includes(column)) return;
  throw new UlmfitError('NO_SUCH_COLUMN', `${name}: has no column ${brief(column)}; ${listColumns(columns)}`);
}

function missingColumn(name: string, columns: readonly string[], what: string, option: string): UlmfitError {
  // A text where a name is looked for: the first row is one like the others.
  const unnamed = columns.some((column) => column.length > 40)
    ? ', or say that there is no header (--no-header)'
    : '';
  return new UlmfitError(
    'NO_SUCH_COLUMN',
    `${name}: can't tell ${what} by its name; ${listColumns(columns)}: name it by ${option}${unnamed}`,
  );
}

function listColumns(columns: readonly string[]): string {
  const first = columns.slice(0, 20).map(shown).join(', ');
  return `its columns are ${first}${columns.length > 20 ? `, and ${columns.length - 20} more` : ''}`;
}
