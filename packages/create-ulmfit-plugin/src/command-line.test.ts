import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runCommandLine } from './command-line.js';

/** Runs it as a shell, or as a person who types these answers. */
async function run(args: readonly string[], answers?: readonly string[]) {
  const [output, errors] = [new PassThrough(), new PassThrough()];
  const input = Object.assign(new PassThrough(), { isTTY: answers !== undefined });
  const left = [...(answers ?? [])];
  output.on('data', (chunk: Buffer) => {
    if (!chunk.toString().endsWith(': ')) return;
    const answer = left.shift();
    if (answer === undefined) input.end();
    else input.write(`${answer}\n`);
  });
  const [shown, told] = [text(output), text(errors)];
  const code = await runCommandLine(args, { input, output, errors });
  output.end();
  errors.end();
  return { code, output: await shown, errors: await told };
}

function newFolder(): string {
  const parent = mkdtempSync(join(tmpdir(), 'create-plugin-'));
  onTestFinished(() => rmSync(parent, { recursive: true }));
  return join(parent, 'new');
}

describe('npm create ulmfit-plugin', () => {
  it('makes what it is told, and says what comes next', async () => {
    const folder = newFolder();
    const { code, output } = await run(['ulmfit-fancy', '--kind', 'schedule', '--folder', folder]);
    expect([code, existsSync(join(folder, 'src/fancy.ts'))]).toEqual([0, true]);
    expect(output).toContain(`cd ${folder}\n  npm install\n  npm test\n`);
  });

  it('asks a person for what is missing', async () => {
    const folder = newFolder();
    const { code, output } = await run(['--folder', folder], ['ulmfit-fancy', 'optimizer']);
    expect(output).toContain('Kind (schedule, regularizer, optimizer, encoder, task): ');
    expect([code, existsSync(join(folder, 'src/fancy.ts'))]).toEqual([0, true]);
  });

  it.each<[readonly string[], readonly string[] | undefined, string]>([
    [[], undefined, 'give a name: npm create ulmfit-plugin NAME'],
    [[], [], 'give a name: npm create ulmfit-plugin NAME'],
    [['fancy'], undefined, 'give --kind, one of schedule, regularizer, optimizer, encoder, task'],
    [['fancy', '-k', 'scedule'], undefined, '--kind: unknown kind scedule; is it schedule?'],
    [['a', 'b'], undefined, 'there are 2 names; give one: a'],
    [['fancy', '--knd', 'task'], undefined, "Unknown option '--knd'; see --help"],
    [
      ['Fancy'],
      undefined,
      'the name Fancy has capitals, which no new package may have; choose one such as ulmfit-step-decay',
    ],
  ])('tells in one line what is wrong with %j', async (args, answers, message) => {
    const { code, errors } = await run(args, answers);
    expect([code, errors]).toEqual([2, `create-ulmfit-plugin: ${message}\n`]);
  });

  it('has a help that names every kind', async () => {
    const { code, output } = await run(['--help']);
    expect(code).toBe(0);
    expect(output).toMatch(/schedule: .*\n +regularizer: .*\n +optimizer: .*\n +encoder: .*\n +task: /);
  });
});
