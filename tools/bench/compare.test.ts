import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const { medianBounds } = (await import(new URL('statistics.mjs', import.meta.url).href)) as {
  medianBounds: (values: readonly number[]) => readonly [number, number];
};

const program = fileURLToPath(new URL('compare.mjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'compare-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (...args: string[]) =>
  spawnSync(process.execPath, [program, ...args], { encoding: 'utf8', timeout: 60_000 });

const log = join(folder, 'steps.log');

/** A workspace whose tokenizer takes some milliseconds a text, and notes when. */
function workspace(name: string, milliseconds: number): string {
  const write = (path: string, content: string) => {
    mkdirSync(dirname(join(folder, name, path)), { recursive: true });
    writeFileSync(join(folder, name, path), content);
  };
  const addPackage = (of: string, code: string) => {
    write(`node_modules/@ulmfit/${of}/package.json`, '{"type": "module", "exports": "./index.js"}');
    write(`node_modules/@ulmfit/${of}/index.js`, code);
  };
  write('packages/pipeline/dist/index.js', '');
  addPackage(
    'backend-node',
    `export const instructionSets = async () => [];
     export const useBackend = async () => ({ fastKernels: ['UlmfitFast'], warnings: [] });`,
  );
  addPackage(
    'data-imdb',
    `export const readImdb = undefined, sampleImdb = () => [{ text: 'one' }, { text: 'two' }];`,
  );
  addPackage(
    'text',
    `import { appendFileSync } from 'node:fs';
     export const fastaiTokenizer = () => ({
       tokenize() {
         const began = performance.timeOrigin + performance.now();
         let now = began;
         while (now < began + ${milliseconds}) now = performance.timeOrigin + performance.now();
         appendFileSync(${JSON.stringify(log)}, JSON.stringify({ name: '${name}', began, ended: now }) + '\\n');
         return ['a', 'b', 'c'];
       },
     });`,
  );
  return join(folder, name);
}

describe('compare', () => {
  it('lets two workspaces alternate steps', { timeout: 60_000 }, () => {
    const json = join(folder, 'steps.json');
    const [before, after] = [workspace('before', 30), workspace('after', 10)];
    const { status, stdout, stderr } = run(
      ...['--before', before, '--after', after, '--rows', 'tokenize', '--steps', '7', '--json', json],
    );
    expect(stderr).not.toMatch(/Error/);
    expect(status).toBe(0);

    const [result] = JSON.parse(readFileSync(json, 'utf8'));
    expect(result.before).toMatchObject({ tokens: 6 });
    expect(result.before.seconds).toHaveLength(7);
    expect(result.after.seconds).toHaveLength(7);
    for (const seconds of result.before.seconds) expect(seconds).toBeGreaterThanOrEqual(0.06);

    const steps = readFileSync(log, 'utf8')
      .trim()
      .split('\n')
      .map((line): { name: string; began: number; ended: number } => JSON.parse(line));
    // One step to warm up and seven, of two texts each; who is first changes.
    const order = Array.from({ length: 4 }, () => ['before', 'after', 'after', 'before']).flat();
    expect(steps.map(({ name }) => name)).toEqual(order.flatMap((name) => [name, name]));
    for (const [i, { began }] of steps.slice(1).entries()) {
      expect(began).toBeGreaterThanOrEqual(steps[i]?.ended ?? Infinity);
    }

    const [, row = ''] = stdout.split('\n');
    const [, ratio] = /^tokenize +\d+ +\d+ +(\d\.\d{3}) +\d\.\d{3}-\d\.\d{3} +\d+ +\d+$/.exec(row) ?? [];
    expect(Number(ratio), row).toBeGreaterThan(1.5);
  });

  it.each([
    [[], /by --before, or kernels to go without by --without/],
    [['--before', '/nowhere'], /nowhere: no workspace of ours that is built/],
    [['--without', 'lstm', '--steps', 'few'], /--steps few: give a number/],
    [['--fast'], /Unknown option '--fast'/],
  ])('refuses %j in one line', (args, message) => {
    const { status, stderr } = run(...args);
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('says of a workspace that fails what it said', () => {
    const before = workspace('broken', 1);
    writeFileSync(
      join(before, 'node_modules/@ulmfit/text/index.js'),
      `export const fastaiTokenizer = () => { throw new Error('no such luck'); };`,
    );
    const { status, stderr } = run('--before', before, '--after', before, '--rows', 'tokenize');
    expect(status).toBe(1);
    expect(stderr).toMatch(/compare: .*broken: row tokenize failed \(exit code 1\):[^]*no such luck/);
  });
});

describe('medianBounds', () => {
  it('are the ranks that a table of the binomial gives', () => {
    const ranks = (n: number) => medianBounds(Array.from({ length: n }, (_, i) => n - i));
    expect(ranks(1)).toEqual([1, 1]);
    expect(ranks(10)).toEqual([2, 9]);
    expect(ranks(20)).toEqual([6, 15]);
    expect(ranks(40)).toEqual([14, 27]);
    expect(ranks(100)).toEqual([41, 60]);
  });
});
