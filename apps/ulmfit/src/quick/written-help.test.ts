import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { program } from '../program.js';
import { isFresh } from './is-fresh.js';
import { HELP_COLUMNS, writtenHelp } from './written-help.js';

const built = new URL('../../dist/quick/help.json', import.meta.url);

it('is what the program itself would say', ({ skip }) => {
  skip(!isFresh(built), 'the texts are of older code; run `npm run build`');
  for (const command of program().commands) {
    let said = '';
    command.configureOutput({ writeOut: (text) => (said += text), getOutHelpWidth: () => HELP_COLUMNS });
    command.outputHelp();
    expect(`${writtenHelp([command.name(), '--help'], undefined, built)}\n`).toBe(said);
  }
});

it('answers what asks for help alone, on a screen that is wide enough', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ulmfit-help-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'help.json');
  const url = pathToFileURL(file);
  expect(writtenHelp(['--help'], 80, url)).toBeUndefined();
  writeFileSync(file, JSON.stringify({ '': 'all', 'engine install': 'one' }));
  expect(writtenHelp(['--help'], 80, url)).toBe('all');
  expect(writtenHelp(['-h'], undefined, url)).toBe('all');
  expect(writtenHelp(['engine', 'install', '-h'], 200, url)).toBe('one');
  for (const other of [[], ['engine'], ['--help', 'engine'], ['toString', '--help']])
    expect(writtenHelp(other, 80, url)).toBeUndefined();
  expect(writtenHelp(['--help'], 79, url)).toBeUndefined();
});
