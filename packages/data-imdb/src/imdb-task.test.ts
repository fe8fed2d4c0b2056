import { summarizeTask } from '@ulmfit/text';
import { expect, it } from 'vitest';
import { imdbTask } from './imdb-task.js';

it('tells what its reviews are like, by one reading, as reading set by set does', async () => {
  const task = await imdbTask({ labels: 40, testReviews: 20, lmReviews: 30, validShare: 0.2 });
  const { summary, ...plain } = task;
  const told = await summary?.();
  expect(told).toEqual(await summarizeTask(plain));
  expect(told?.sets).toMatchObject({
    train: { texts: 32 },
    valid: { texts: 8 },
    test: { texts: 20 },
    unlabelled: { texts: 30 },
  });
});
