import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { afterAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../small-data.test-helper.js';
import { ulmfit } from '../ulmfit.test-helper.js';
import { columnGuesses } from './column-guesses.js';
import { configText } from './config-text.js';
import { questions } from './questions.js';

const { folder, remove } = temporaryFolder();
afterAll(remove);

const records = (rows: Record<string, string>[]) => rows.map((fields, i) => ({ fields, line: i + 2 }));

describe('the columns', () => {
  it('are guessed by their names', () => {
    expect(columnGuesses('a.csv', records([{ id: '1', review: 'Good.', stars: '5' }]))).toMatchObject({
      text: ['review'],
      label: 'stars',
    });
  });

  it('are guessed by what is in them: the longest, and the one with few values', () => {
    const rows = Array.from({ length: 8 }, (_, i) => ({
      number: String(i),
      words: `A sentence that is longer than what stands beside it, ${i}.`,
      verdict: i % 2 ? 'yes' : 'no',
    }));
    expect(columnGuesses('a.csv', records(rows))).toEqual({
      columns: ['number', 'words', 'verdict'],
      text: ['words'],
      label: 'verdict',
    });
  });
});

it('writes settings as TypeScript, whatever is in a name', () => {
  expect(configText({ data: `o'clock "x"\\y.csv`, text: ['a', 'b'], label: 'c', out: 'runs/1' }))
    .toBe(`import { defineConfig } from 'ulmfit';

// Every flag of \`ulmfit run --help\` is a setting here, under its name in camel case.
export default defineConfig({
  data: 'o\\'clock "x"\\\\y.csv',
  textColumn: 'a,b',
  labelColumn: 'c',
  out: 'runs/1',
});
`);
});

describe('a person', () => {
  it('is asked again after an answer that is refused', async () => {
    let shown = '';
    const output = Object.assign(
      new Writable({ write: (chunk: Buffer, _, done) => done(void (shown += chunk.toString())) }),
      { isTTY: true },
    );
    const asking = questions(Object.assign(Readable.from(['wrong\n', '\n']), { isTTY: true }), output);
    const check = (answer: string) => {
      if (answer === 'wrong') throw new Error('no such thing');
    };
    expect(await asking.ask({ text: 'What', fallback: 'right', check })).toBe('right');
    asking.close();
    expect(shown).toMatch(/What \(right\): .*no such thing\n.*What \(right\): /s);
  });
});

describe('ulmfit init', () => {
  it('writes the answers of a pipe, and replaces nothing', async () => {
    const own = join(folder, 'own');
    mkdirSync(own);
    writeFileSync(join(own, 'tickets.csv'), 'body,team\nPlease help.,billing\nThanks.,account\n');
    const first = await ulmfit(['init'], { cwd: own, stdin: '\n\n\nruns/it\n' });
    expect(first.code, first.stderr).toBe(0);
    expect(first.stdout).toBe('settings: ulmfit.config.ts\n');
    const text = readFileSync(join(own, 'ulmfit.config.ts'), 'utf8');
    expect(text).toContain(
      "  data: 'tickets.csv',\n  textColumn: 'body',\n  labelColumn: 'team',\n  out: 'runs/it',\n",
    );
    const second = await ulmfit(['init'], { cwd: own, stdin: '\n\n\n\n' });
    expect({ code: second.code, stderr: second.stderr }).toEqual({
      code: 2,
      stderr: 'ulmfit: init: ulmfit.config.ts already exists here; edit it, or use another folder\n',
    });
    expect(readFileSync(join(own, 'ulmfit.config.ts'), 'utf8')).toBe(text);
  });

  it('refuses in one line what no one answers, and a column that is not there', async () => {
    const own = join(folder, 'none');
    mkdirSync(own);
    writeFileSync(join(own, 'a.csv'), 'text,label\nGood.,pos\nBad.,neg\n');
    const unanswered = await ulmfit(['init'], { cwd: own });
    expect(unanswered.code).toBe(2);
    expect(unanswered.stderr).toMatch(/^ulmfit: init: no answer to question 1, [^\n]+\n$/);
    const wrong = await ulmfit(['init'], { cwd: own, stdin: 'a.csv\nwords\n' });
    expect(wrong.stderr).toBe('ulmfit: a.csv: has no column "words"; its columns are text, label\n');
    expect(readdirSync(own)).toEqual(['a.csv']);
  });
});
