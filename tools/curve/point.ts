/** What is trained: from the language model, from scratch, or TF-IDF with logistic regression; `blend` is of transfer and the last. */
export type Kind = 'transfer' | 'scratch' | 'linear' | 'blend';

/** A model that was trained with so many labels, and scored. */
export interface Point {
  readonly kind: Kind;
  /** Which recipe, where several are compared. */
  readonly recipe: string;
  readonly labels: number;
  readonly seed: number;
  readonly accuracy: number;
  readonly macroF1: number;
  /** Texts that were scored. */
  readonly texts: number;
  /** How often its training began again, where it had ended no better than guessing. */
  readonly restarts?: number;
}

/** The points of a line at some number of labels, over seeds. */
export interface Summary {
  readonly line: string;
  readonly labels: number;
  readonly seeds: number;
  readonly mean: number;
  /** Of the mean; NaN of one seed. */
  readonly standardError: number;
  /** Trainings that began again. */
  readonly restarts: number;
  readonly least: number;
  readonly most: number;
}

/** A figure of points by which they are compared. */
export type Figure = 'accuracy' | 'macroF1';

const names: Readonly<Record<Kind, string>> = {
  transfer: 'transfer',
  scratch: 'from scratch',
  linear: 'TF-IDF',
  blend: 'blend of transfer and TF-IDF',
};

/** What a line is called: its kind, and its recipe where there are several. */
export const lineOf = ({ kind, recipe }: Pick<Point, 'kind' | 'recipe'>): string =>
  recipe === '' || kind === 'linear' ? names[kind] : `${names[kind]}, ${recipe}`;

/**
 * The mean of each line at each number of labels, with its standard error over the seeds; lines in the order in which they came, fewer labels first.
 */
export function summarize(points: readonly Point[], figure: Figure): Summary[] {
  const groups = new Map<string, { line: string; labels: number; values: number[]; restarts: number }>();
  for (const point of points) {
    const line = lineOf(point);
    const key = JSON.stringify([line, point.labels]);
    const group = groups.get(key) ?? { line, labels: point.labels, values: [], restarts: 0 };
    group.values.push(point[figure]);
    group.restarts += point.restarts ?? 0;
    groups.set(key, group);
  }
  const order = [...new Set(points.map(lineOf))];
  return [...groups.values()]
    .map(({ line, labels, values, restarts }) => {
      const mean = values.reduce((a, b) => a + b, 0) / values.length;
      const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (values.length - 1);
      return {
        ...{ line, labels, mean, restarts, seeds: values.length },
        standardError: values.length > 1 ? Math.sqrt(variance / values.length) : NaN,
        least: Math.min(...values),
        most: Math.max(...values),
      };
    })
    .sort((a, b) => order.indexOf(a.line) - order.indexOf(b.line) || a.labels - b.labels);
}
