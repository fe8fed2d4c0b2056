/** The sets of a task's labelled texts. */
export type TaskSplit = 'train' | 'valid' | 'test';

/** Where a text of a task stands. */
export type TextSet = TaskSplit | 'unlabelled';

/** In the order of their codes in `RepeatedTextsInput.sets`. */
export const TEXT_SETS: readonly TextSet[] = ['train', 'valid', 'test', 'unlabelled'];
