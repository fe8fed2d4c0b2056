import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { corpusText } from '@ulmfit/data-files';
import { afterAll, expect, it } from 'vitest';
import { holdCorpus } from './run-corpus.js';

const root = mkdtempSync(join(tmpdir(), 'ulmfit-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

it('holds a run to its general text, also when it is done, and misses none that is gone then', async () => {
  const [kept, text] = [join(root, 'corpus.json'), join(root, 'text.txt')];
  const hold = (isRead: boolean) => holdCorpus(kept, 'runs/a', corpusText(text), { isRead });
  writeFileSync(text, 'one two');
  await hold(false);
  expect(JSON.parse(readFileSync(kept, 'utf8'))).toMatchObject({ name: text });
  await hold(true);
  writeFileSync(text, 'one too');
  for (const isRead of [false, true])
    await expect(hold(isRead)).rejects.toMatchObject({
      code: 'OTHER_DATA',
      message: `runs/a: began with other text than ${text} holds now; restore it, or give another folder`,
    });
  rmSync(text);
  await expect(hold(false)).rejects.toMatchObject({ code: 'NO_SUCH_PATH' });
  await hold(true);
  writeFileSync(text, 'one two');
  writeFileSync(kept, '{"name": 3}');
  await expect(hold(false)).rejects.toMatchObject({ code: 'BAD_RUN_TASK' });
});
