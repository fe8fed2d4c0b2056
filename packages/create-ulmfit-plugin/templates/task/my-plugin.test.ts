import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it, type TestContext } from 'node:test';
import { testTask } from '@ulmfit/plugin-testkit';
import { myPlugin } from './my-plugin.js';

const classes = ['billing', 'account'];
const files = {
  train: [
    { text: 'The invoice is wrong.', label: 'billing' },
    { text: 'I cannot log in.', label: 'account' },
  ],
  valid: [{ text: 'You charged me twice.', label: 'billing' }],
  test: [{ text: 'My password is gone.', label: 'account' }],
  unlabelled: [{ text: 'Where is my parcel?' }],
};

/** A folder with files, which is gone after the test. */
function folderOf(t: TestContext, change: Partial<Record<keyof typeof files, object[]>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'my-plugin-'));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const [name, rows] of Object.entries({ ...files, ...change })) {
    writeFileSync(join(folder, `${name}.jsonl`), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  }
  return folder;
}

it('is a task', async (t) => {
  const folder = folderOf(t);
  const others = [
    folderOf(t, { train: [...files.train].reverse() }),
    folderOf(t, { test: [{ text: 'My password is gone.', label: 'billing' }] }),
    folderOf(t, { unlabelled: [] }),
  ];
  await testTask(() => myPlugin({ folder, classes }), {
    changed: others.map((other) => () => myPlugin({ folder: other, classes })),
  });
});

it('takes the texts of training for the language model where there are no others', async (t) => {
  const task = await myPlugin({ folder: folderOf(t, { unlabelled: [] }), classes });
  const texts: string[] = [];
  for await (const text of task.languageModelTexts('unlabelled')) texts.push(text);
  assert.deepEqual(texts, ['The invoice is wrong.', 'I cannot log in.']);
});

it('names file and line of what it can’t read', async (t) => {
  const wrong = { train: [{ text: 'Hello.', label: 'greeting' }] };
  await assert.rejects(myPlugin({ folder: folderOf(t, wrong), classes }), {
    message: /train\.jsonl, line 1: the label "greeting" is no class; there are billing, account$/,
  });
});
