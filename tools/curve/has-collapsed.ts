import type { ClassificationTask } from '@ulmfit/text';

/** The accuracy on the validation texts of always giving their most frequent class; undefined where there are none. */
export async function accuracyOfGuessing(task: ClassificationTask): Promise<number | undefined> {
  const counts = new Map<string, number>();
  let texts = 0;
  for await (const { labels } of task.labelled('valid')) {
    const key = [...labels].sort().join();
    counts.set(key, (counts.get(key) ?? 0) + 1);
    texts++;
  }
  return texts === 0 ? undefined : Math.max(...counts.values()) / texts;
}

/**
 * Whether a training has ended no better than guessing, as some seeds do with few labels. The validation set alone says so: it may be asked
 * again without looking at what scores.
 */
export const hasCollapsed = (accuracy: number | undefined, guessing: number | undefined): boolean =>
  accuracy !== undefined && guessing !== undefined && accuracy <= guessing;
