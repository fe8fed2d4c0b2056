/** What a package's card tells of its model. */
export interface ModelCard {
  readonly name: string;
  readonly kind: 'language-model' | 'classifier';
  /** What it learned from, as people call it. */
  readonly data: string;
  readonly licence: string;
  /** The command that trained it. */
  readonly command: string;
  readonly hours: number;
  readonly direction: 'forwards' | 'backwards';
  readonly vocabulary: number;
  /** Such as `{ embedding: 200, hidden: 400, layers: 3 }`. */
  readonly sizes: Readonly<Record<string, unknown>>;
  readonly weights: 'float32' | 'float16' | 'int8';
  readonly bytes: number;
  /** Figures on texts that it did not learn from, by what they are. */
  readonly figures: Readonly<Record<string, number>>;
  /** The classes of a classifier. */
  readonly classes?: readonly string[] | undefined;
}

const figure = (value: number): string => (value < 1 ? value.toFixed(3).replace(/^0/, '') : value.toFixed(2));

/** The README of a package with a model: what it is, what it is good for, and what it is not. */
export function modelCard(card: ModelCard): string {
  const { name, kind, data, licence, command, hours, direction, vocabulary, sizes, weights, bytes } = card;
  const isClassifier = kind === 'classifier';
  const alias = name.replace(/^@ulmfit\/(?:pretrained-)?/, '').replace(/-backwards$/, '');
  const use = isClassifier
    ? `npx ulmfit predict --model ${alias} 'A film to remember.'`
    : `npx ulmfit run --pretrained ${alias} --data reviews.csv${direction === 'backwards' ? ' --backwards' : ''}`;
  const shape = Object.entries(sizes)
    .map(([size, value]) => `${size} ${String(value)}`)
    .join(', ');
  const rows = Object.entries(card.figures).map(([what, value]) => `| ${what} | ${figure(value)} |`);
  return [
    `# ${name}`,
    '',
    isClassifier
      ? `A text classifier of ULMFiT, ${(card.classes ?? []).join(' or ')}. It reads ${direction}.`
      : `A general language model for ULMFiT to start from. It reads ${direction}.`,
    '',
    '```sh',
    `npm install ${name}`,
    use,
    '```',
    '',
    '| | |',
    '| --- | --- |',
    `| data | ${data} |`,
    `| licence of the weights | ${licence} |`,
    `| sizes | ${shape}, ${vocabulary.toLocaleString('en')} words |`,
    `| weights | ${weights}, ${(bytes / 1e6).toFixed(1)} MB |`,
    `| time of training${isClassifier ? ', the classifier alone' : ''} | ${hours.toFixed(1)} hours |`,
    ...rows,
    '',
    'It was trained by:',
    '',
    '```sh',
    command,
    '```',
    '',
    isClassifier
      ? 'It has learned from the texts above alone. On other kinds of text, in other languages and on irony it may be wrong, and confident all the same.'
      : 'It has read the text above alone. The names, opinions and errors of that text are in it, and what it generates is not a statement of fact.',
    '',
  ].join('\n');
}
