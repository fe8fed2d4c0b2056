import { UlmfitError } from '@ulmfit/errors';
import { permutation, randomKey } from '@ulmfit/kernels';
import { summarizeSets, type ClassificationTask, type TaskSplit, type TextOfSet } from '@ulmfit/text';

export interface FewLabelsOptions {
  /** Labelled texts that are drawn for training and validation together; more than there are takes all. */
  readonly labels: number;
  /** Draws them: an integer from 0 to 2^32 - 1. */
  readonly seed: number;
  /** The share of them that validates. */
  readonly validShare: number;
  /**
   * Scores so many texts of training, which no draw of labels has, instead of those of the test set: for choices, which the test set
   * must not make. 0 for the test set.
   */
  readonly development: number;
}

/**
 * A task with few of its labels: as many of each class as of any other, where there are as many, the same rows for each kind of model. Fewer labels
 * of one seed are among more of them.
 * @throws UlmfitError `TOO_FEW_DOCUMENTS` where nothing would be left to train on
 */
export async function fewLabelsTask(
  task: ClassificationTask,
  { labels, seed, validShare, development }: FewLabelsOptions,
): Promise<ClassificationTask> {
  const classes = task.classes.length;
  const ofRow: (readonly number[])[] = [];
  for (const set of ['train', 'valid'] as const) {
    if (task.counts[set] === 0) continue;
    for await (const { labels: own } of task.labelled(set)) ofRow.push(own);
  }
  const fixed = permutation(ofRow.length, randomKey({ seed: 1, stream: 'development texts' }));
  const held = new Set(fixed.subarray(0, development));
  const order = permutation(ofRow.length, randomKey({ seed, stream: 'few labels' }));
  const perClass = Math.max(2, Math.round(labels / classes));
  const most = task.multiLabel ? labels : perClass;
  const counts = new Map<number, number>();
  const roleOf = new Map<number, TaskSplit>([...held].map((row) => [row, 'test']));
  // Every tenth of a class, say: the first of each class trains.
  const every = validShare > 0 ? Math.max(2, Math.round(1 / validShare)) : Infinity;
  for (const row of order) {
    if (held.has(row)) continue;
    const key = task.multiLabel ? 0 : (ofRow[row]?.[0] ?? 0);
    const count = counts.get(key) ?? 0;
    if (count >= most) continue;
    counts.set(key, count + 1);
    roleOf.set(row, count % every === every - 1 ? 'valid' : 'train');
  }
  const total = (role: TaskSplit) => [...roleOf.values()].filter((each) => each === role).length;
  if (total('train') === 0)
    throw new UlmfitError(
      'TOO_FEW_DOCUMENTS',
      `${task.name}: ${ofRow.length} labelled texts, of which ${development} are for development; give fewer to that`,
    );

  const isOwn = development > 0;
  const labelled: ClassificationTask['labelled'] = async function* (split, options) {
    if (split === 'test' && !isOwn) return yield* task.labelled('test', options);
    let row = 0;
    for (const set of ['train', 'valid'] as const) {
      if (task.counts[set] === 0) continue;
      for await (const text of task.labelled(set, options)) if (roleOf.get(row++) === split) yield text;
    }
  };
  return {
    ...task,
    settings: { ...task.settings, fewLabels: labels, labelsSeed: seed, validShare, development },
    counts: {
      train: total('train'),
      valid: total('valid'),
      test: isOwn ? total('test') : task.counts.test,
    },
    labelled,
    async summary(options) {
      const texts: TextOfSet[] = [];
      for (const set of ['train', 'valid', 'test'] as const)
        for await (const each of labelled(set, options)) texts.push({ set, ...each });
      return summarizeSets(task, texts);
    },
    languageModelTexts: (from, options) => task.languageModelTexts(from, options),
  };
}
