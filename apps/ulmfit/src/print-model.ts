import { printable } from '@ulmfit/errors';
import type { InspectedModel } from '@ulmfit/inference/node';

const MOST_CLASSES = 12;
const NAMES = 14;

/** A model for the terminal: a line for each thing that there is to know. */
export function modelLines(model: InspectedModel): string[] {
  const { description, files, vocabulary, tensors, linear, path } = model;
  const { kind, labels, tokenizer, direction, weightFormat = 'float32', decision } = description;
  const { architecture, sizes, settings } = partsOfConfig(description);
  const weights = weightsIn(tensors);
  const bytes = (name: string) => files.find((file) => file.name === name)?.bytes ?? 0;
  const facts: Record<string, string | undefined> = {
    [kind.replace('-', ' ')]: path,
    architecture: [architecture, ...pairsOf(sizes)].join(', '),
    settings: pairsOf(settings).join(', ') || undefined,
    weights: `${weights} in ${weightFormat}, ${size(bytes('weights.safetensors'))}`,
    vocabulary: `${vocabulary} words, ${size(bytes('vocabulary.json'))}`,
    tokenizer: printable(tokenizer.name),
    reads: direction === 'backward' ? 'from the last word to the first' : 'forwards',
    classes: labels.length > 0 ? `${labels.length}: ${classNames(labels)}` : undefined,
    decision: decision && pairsOf(decision).join(', '),
    'linear model': linear && ('terms' in linear ? `${linear.terms} terms` : printable(linear.problem)),
    files: files
      .map(
        ({ name, bytes: own, problem }) =>
          `${name} ${size(own)}${problem === undefined ? '' : `, ${problem}`}`,
      )
      .join('; '),
    checksums: problemsOf(model).length > 0 ? 'do not match: copy the model again' : 'match',
  };
  return Object.entries(facts).flatMap(([name, fact]) =>
    fact === undefined ? [] : [`${name.padEnd(NAMES)} ${fact}`],
  );
}

/** The same for programs. */
export const modelJson = (model: InspectedModel) => {
  const { tensors, description, ...rest } = model;
  return {
    ...rest,
    ...description,
    weights: weightsIn(tensors),
    tensors,
    sound: problemsOf(model).length === 0,
  };
};

/** What is damaged of a model. */
export const problemsOf = ({ files, linear }: InspectedModel): string[] => [
  ...files.flatMap(({ name, problem }) => (problem === undefined ? [] : [`${name} ${problem}`])),
  ...(linear && 'problem' in linear ? [linear.problem] : []),
];

/** The scales of rows that are stored in int8 are no weights. */
const weightsIn = (tensors: InspectedModel['tensors']): number =>
  tensors
    .filter(({ name }) => !name.endsWith(':scale'))
    .reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);

/** Bundles of the first version have sizes and settings in one. */
function partsOfConfig({ architecture = 'AWD-LSTM', config }: InspectedModel['description']) {
  const { encoder, ...settings } = config;
  if (typeof encoder === 'object' && encoder !== null && !Array.isArray(encoder))
    return { architecture: printable(architecture), sizes: encoder, settings };
  const { vocabulary, embedding, hidden, layers, padIndex, ...others } = config;
  return {
    architecture: printable(architecture),
    sizes: { vocabulary, embedding, hidden, layers, padIndex },
    settings: others,
  };
}

const pairsOf = (values: Readonly<Record<string, unknown>>): string[] =>
  Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => printable(`${name} ${shown(value)}`));

/** Numbers as people read them; of long lists the beginning. */
const shown = (value: unknown): string => {
  if (typeof value === 'number') return String(Number(value.toPrecision(4)));
  if (!Array.isArray(value)) return typeof value === 'string' ? value : JSON.stringify(value);
  const [begin, rest] = [value.slice(0, MOST_CLASSES), value.length - MOST_CLASSES];
  return `${begin.map(shown).join(' ')}${rest > 0 ? ` and ${rest} more` : ''}`;
};

const classNames = (labels: readonly string[]): string =>
  `${labels.slice(0, MOST_CLASSES).map(printable).join(', ')}${labels.length > MOST_CLASSES ? ', …' : ''}`;

const size = (bytes: number): string =>
  bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
