import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ulmfit } from './ulmfit.test-helper.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ulmfit-cli-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The one line of an error: no stack, exit code 2. */
async function refused(args: readonly string[]): Promise<string> {
  const { code, stderr, stdout } = await ulmfit(args, { cwd: folder });
  expect(code, stderr).toBe(2);
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(stdout).toBe('');
  return stderr;
}

describe('help', () => {
  it('names every command, and loads no engine for it', async () => {
    const { code, stdout, seconds } = await ulmfit(['--help']);
    expect(code).toBe(0);
    for (const name of [
      'run',
      'pretrain',
      'finetune',
      'classify',
      'evaluate',
      'predict',
      'engine',
      'doctor',
    ]) {
      expect(stdout).toMatch(new RegExp(`^ {2}${name} `, 'm'));
    }
    // 200 ms on a quiet machine; the engine alone takes over a second.
    expect(seconds).toBeLessThan(1);
  });

  it('is there for every command', async () => {
    for (const name of ['run', 'predict', 'engine']) {
      const { code, stdout } = await ulmfit([name, '--help']);
      expect(code).toBe(0);
      expect(stdout).toContain(`Usage: ulmfit ${name}`);
    }
  });
});

describe('bad input', () => {
  it.each([
    [['run', '--labels', 'many'], /--labels.*many.*integer from 2/],
    [['run', '--seed', '-1'], /--seed.*0 to 4294967295/],
    [['run', '--preset', 'huge'], /huge.*tiny, small, paper/],
    [['run', '--nonsense'], /unknown option.*--nonsense/],
    [['classify'], /--from/],
    [['dance'], /unknown command.*dance/],
  ])('%j is refused in a line', async (args, message) => {
    expect(await refused(args)).toMatch(message);
  });

  it.each([
    [['run', '--data', 'nowhere', '--preset', 'tiny', '--out', 'r1'], /nowhere: no such file or folder/],
    [['pretrain', '--corpus', 'notes.pdf', '--preset', 'tiny', '--out', 'r2'], /notes\.pdf/],
    [['predict', '--model', 'nowhere', 'a text'], /nowhere/],
    [['finetune', '--from', 'nowhere', '--preset', 'tiny', '--out', 'r3'], /nowhere/],
  ])('%j is refused in a line, and leaves no model', async (args, message) => {
    const stderr = await refused(args);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n').at(-1)).toMatch(/^ulmfit: /);
    expect(
      readdirSync(folder, { recursive: true }).filter((name) => String(name).includes('safetensors')),
    ).toEqual([]);
  });

  it('names a corpus that is cut short', async () => {
    writeFileSync(join(folder, 'cut.txt.gz'), Buffer.from('1f8b0800000000000003', 'hex'));
    expect(await refused(['pretrain', '--corpus', 'cut.txt.gz', '--preset', 'tiny', '--out', 'r4'])).toMatch(
      /cut\.txt\.gz/,
    );
  });
});

describe('the sample', () => {
  const weights = (run: string, stage: string) =>
    readFileSync(join(folder, run, stage, 'weights.safetensors'));

  it('goes through every stage, far above chance, and predicts', { timeout: 300_000 }, async () => {
    const args = ['run', '--data', 'sample', '--preset', 'tiny', '--out', 'whole'];
    const { code, stdout, stderr } = await ulmfit(args, { cwd: folder });
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^pretrain: perplexity /m);
    expect(stdout).toMatch(/^finetune: perplexity /m);
    const accuracy = Number(/accuracy ([\d.]+) % on \d+ test reviews/.exec(stdout)?.[1]);
    expect(accuracy).toBeGreaterThan(80);

    const again = await ulmfit(args, { cwd: folder });
    expect(again.code).toBe(0);
    expect(again.stdout).toBe(stdout);
    expect(again.seconds).toBeLessThan(20);

    const other = await ulmfit([...args, '--labels', '20'], { cwd: folder });
    expect(other.code).toBe(2);
    expect(other.stderr).toMatch(/whole holds a run with other settings \(labels\)/);

    const predicted = await ulmfit(
      ['predict', '--model', 'whole', '--json', 'A wonderful film!', 'Awful, just awful.'],
      {
        cwd: folder,
      },
    );
    const lines = predicted.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { label: string; probabilities: Record<string, number> });
    expect(lines).toHaveLength(2);
    for (const { label, probabilities } of lines) {
      expect(['neg', 'pos']).toContain(label);
      expect(Object.values(probabilities).reduce((a, b) => a + b)).toBeCloseTo(1, 5);
    }
  });

  it(
    'saves on Ctrl-C, and ends with the same bytes when the command is given again',
    { timeout: 300_000 },
    async () => {
      const corpus = join(folder, 'corpus.txt');
      writeFileSync(
        corpus,
        Array.from({ length: 300 }, (_, i) => `Title ${i}\n\nWord ${i % 7} is followed by ${i % 3}.`).join(
          '\n\n\n',
        ),
      );
      const args = ['pretrain', '--corpus', corpus, '--preset', 'tiny', '--seed', '5', '--out'];
      const whole = await ulmfit([...args, 'uninterrupted'], { cwd: folder });
      expect(whole.code, whole.stderr).toBe(0);
      let killed = false;
      const cut = await ulmfit([...args, 'interrupted'], {
        cwd: folder,
        onStderr: (text, kill) => {
          if (killed || !/^pretrain: \d+ steps/m.test(text)) return;
          killed = true;
          setTimeout(() => kill('SIGINT'), 300);
        },
      });
      expect(cut.code, cut.stderr).toBe(130);
      expect(cut.stderr).toContain('To go on: ulmfit pretrain');
      const resumed = await ulmfit([...args, 'interrupted'], { cwd: folder });
      expect(resumed.code, resumed.stderr).toBe(0);
      expect(resumed.stderr).toMatch(/resumed at step \d+/);
      expect(weights('interrupted', 'pretrain').equals(weights('uninterrupted', 'pretrain'))).toBe(true);
    },
  );
});
