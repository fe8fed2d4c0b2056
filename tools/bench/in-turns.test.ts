import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const program = fileURLToPath(new URL('in-turns.mjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'in-turns-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (...args: string[]) =>
  spawnSync(process.execPath, [program, '--log', folder, ...args], { encoding: 'utf8', timeout: 60_000 });
const log = (name: string) => readFileSync(join(folder, `${name}.log`), 'utf8');

/** Notes the time every few milliseconds of its life, thirty times. */
const worker = join(folder, 'worker.mjs');
writeFileSync(
  worker,
  `let left = 30;
   const timer = setInterval(() => { console.log(Date.now()); if (--left === 0) clearInterval(timer); }, 20);`,
);
const times = (name: string) => log(name).trim().split('\n').map(Number);

// Windows has no signal that stops a process.
describe.skipIf(process.platform === 'win32')('in-turns', () => {
  it('runs every command to its end, one at a time', { timeout: 60_000 }, () => {
    const command = `'${process.execPath}' '${worker}'`;
    const { status, stdout } = run('--slice', '0.3', `first=${command}`, `second=${command}`);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^first {2}\d+\.\d s\nsecond {2}\d+\.\d s\n$/);
    const [first, second] = [times('first'), times('second')];
    expect(first).toHaveLength(30);
    expect(second).toHaveLength(30);
    // Neither ends before the other has begun, though each would without the other.
    expect(first.at(-1)).toBeGreaterThan(second[0] ?? Infinity);
    // Where one is at work the other has a gap of a slice.
    const longestGap = Math.max(...first.slice(1).map((time, i) => time - (first[i] ?? 0)));
    expect(longestGap).toBeGreaterThan(200);
  });

  it('says which command failed', () => {
    const { status, stdout } = run('good=true', 'bad=echo no; exit 3');
    expect(status).toBe(1);
    expect(stdout).toMatch(/^good {2}\d+\.\d s\nbad {2}\d+\.\d s {2}failed \(3\)\n$/);
    expect(log('bad')).toBe('no\n');
  });

  it.each([[], ['no-command'], ['--slice', '0', 'a=true']].map((args) => [args]))(
    'asks for more than %j',
    (args) => {
      const { status, stderr } = run(...args);
      expect(status).toBe(2);
      expect(stderr).toContain('Usage');
    },
  );
});
