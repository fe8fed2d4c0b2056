import type { ClassificationTask, TaskSplit } from '@ulmfit/text';

/** The test texts where the data names some, or else all of it. */
export const scoredTexts = ({ counts: { test, valid } }: ClassificationTask): TaskSplit =>
  test > 0 ? 'test' : valid > 0 ? 'valid' : 'train';
