import { execFileSync, spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { program } from '../program.js';
import { bashCompletion } from './bash-completion.js';
import { completionWords } from './completion-words.js';
import { fishCompletion } from './fish-completion.js';
import { zshCompletion } from './zsh-completion.js';

const commands = completionWords(program());
const isThere = (shell: string) => spawnSync(shell, ['--version']).error === undefined;

describe('the words of a shell', () => {
  it('are those of the program', () => {
    const run = commands.find(({ name }) => name === 'run');
    const flag = (name: string) => run?.flags.find(({ names }) => names.includes(name));
    expect(flag('--schedule')?.value).toEqual({
      kind: 'choices',
      choices: ['one-cycle', 'stlr', 'constant'],
    });
    expect(flag('--data')?.value).toEqual({ kind: 'path' });
    expect(flag('--seed')?.value).toEqual({ kind: 'other' });
    expect(flag('--no-linear')).not.toHaveProperty('value');
    expect(flag('--help')?.names).toEqual(['--help', '-h']);
    expect(commands.find(({ name }) => name === 'engine')?.words).toEqual({
      kind: 'choices',
      choices: ['install'],
    });
  });

  it('name every command and flag in each script', () => {
    for (const script of [bashCompletion, zshCompletion, fishCompletion].map((make) => make(commands))) {
      for (const { name, flags } of commands) {
        expect(script).toContain(name);
        for (const { names } of flags) expect(script).toContain(names[0]?.replace(/^--/, ''));
      }
    }
  });
});

describe.skipIf(!isThere('bash'))('bash', () => {
  it('loads the script, and completes commands, flags, choices and files', () => {
    const lines = [
      ['pre'],
      ['run', '--pre'],
      ['run', '--preset', ''],
      ['run', '--data', 'x.csv', '--sch'],
      ['engine', ''],
      ['completion', 'f'],
      ['--v'],
      ['run', '--seed', ''],
      ['run', '--data', 'whole'],
    ];
    const queries = lines.map(
      (words) =>
        `COMP_WORDS=(ulmfit ${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}; _ulmfit; echo "\${COMPREPLY[*]}"`,
    );
    const script = `${bashCompletion(commands)}\ncomplete -p ulmfit\n${queries.join('\n')}`;
    const [registered, ...answers] = execFileSync('bash', ['--norc', '-c', script], { encoding: 'utf8' })
      .trimEnd()
      .split('\n');
    expect(registered).toBe('complete -F _ulmfit ulmfit');
    expect(answers.slice(0, 7)).toEqual([
      'predict pretrain',
      '--pretrained --preset --precision',
      'tiny small own-data paper quick-on-cpu best-on-cpu',
      '--schedule',
      'install',
      'fish',
      '--version',
    ]);
    // Nothing of a number; of a path the shell itself knows more.
    expect(answers.slice(7)).toEqual([]);
  });
});

it.skipIf(!isThere('zsh'))('zsh reads its script', () => {
  expect(spawnSync('zsh', ['-n', '-c', zshCompletion(commands)]).status).toBe(0);
});

it.skipIf(!isThere('fish'))('fish reads its script', () => {
  expect(spawnSync('fish', ['--no-execute', '-c', fishCompletion(commands)]).status).toBe(0);
});
