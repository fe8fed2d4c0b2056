import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { summarizeTask } from '@ulmfit/text';
import { expect, it } from 'vitest';
import { failure, temporaryFolder } from './archive.test-helper.js';
import { imdbTask } from './imdb-task.js';

it('tells what its reviews are like, by one reading, as reading set by set does', async () => {
  const task = await imdbTask({ trainReviews: 40, testReviews: 20, lmReviews: 30, validShare: 0.2 });
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

it('gives no set of other reviews than the ones it was made of', async () => {
  const folder = await temporaryFolder();
  const write = async (name: string, text: string) => {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  };
  for (const set of ['train', 'test'])
    for (const label of ['neg', 'pos'])
      for (const i of [0, 1])
        await write(`${set}/${label}/${i}_${label === 'neg' ? 1 : 9}.txt`, `${set} ${i}`);
  const task = await imdbTask({ data: folder });
  const read = async () => {
    const texts: string[] = [];
    for await (const { text } of task.labelled('test')) texts.push(text);
    return texts;
  };
  expect(await read()).toHaveLength(4);
  await write('train/neg/0_1.txt', 'another');
  expect(await failure(read())).toMatchObject({
    code: 'DATA_CHANGED',
    message: `${folder}: changed while in use; start again`,
  });
});
