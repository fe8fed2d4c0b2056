import { rowsTask, summarizeTask } from '@ulmfit/text';
import { expect, it } from 'vitest';
import { summaryLines } from './print-summary.js';

it('names what should be looked into, and lists the larger classes first', async () => {
  const row = (text: string, label: string) => ({ text, label });
  const task = rowsTask({
    name: 'letters\u001b[31m',
    train: [
      row('one two three', 'b'),
      row('one two three', 'a'),
      row('four five', 'b'),
      row('four five', 'b'),
      row(' ', 'a'),
      row('six', 'b'),
    ],
    valid: [row('six', 'b')],
    unlabelled: ['seven eight'],
  });
  const lines = summaryLines(await summarizeTask(task));
  expect(lines[0]).toMatch(/^letters.*: 2 classes, one a text$/);
  expect(lines.join('\n')).not.toContain('\u001b');
  expect(lines[2]).toMatch(/^ {24} +train +valid +unlabelled$/);
  expect(lines.filter((line) => /^[ab] /.test(line)).map((line) => line.split(/\s+/))).toEqual([
    ['b', '4', '1'],
    ['a', '2', '0'],
  ]);
  expect(lines.slice(lines.indexOf('look into'))).toEqual([
    'look into',
    '  train: 1 texts have no word',
    '  train: 2 texts stand in it before',
    '  valid: 1 of its texts stand in train too',
    '  2 texts stand elsewhere with other labels',
  ]);
});
