// A disk that fills up in the middle of a run: a small one in memory, which only root can mount.
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { differences } from './compare.mjs';
import { bin, start } from './victim.mjs';

/**
 * Lets a run fill its disk, makes room, and lets it go on.
 * @param {import('./kill-runs.mjs').Case} test
 * @param {string} reference the folder of the same case, with room enough
 * @param {{ root: string, kilobytes: number }} options
 * @returns {Promise<{ skipped: string } | { said: string, wrong: string[] }>}
 */
export async function fillDisk(test, reference, { root, kilobytes }) {
  const disk = join(root, `disk-${kilobytes}`);
  mkdirSync(disk);
  const mounted = mount(['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', disk]);
  if (mounted !== undefined) return { skipped: `no small disk can be mounted here (${mounted})` };
  try {
    const run = () => start([bin, ...test.args, '--out', join(disk, 'run')], { cwd: root, env: test.env });
    const full = run();
    const { code } = await full.ended;
    const lines = full.stderr.split('\n').filter((line) => /^ulmfit: |^ {4}at |Error/.test(line));
    const said = lines.join('\n');
    const wrong = [];
    if (code !== 2) wrong.push(`ended with ${code} instead of 2`);
    if (lines.length !== 1 || !/the disk is full/.test(said)) wrong.push(`said: ${said}`);
    const room = mount(['-o', 'remount,size=100m', disk]);
    if (room !== undefined) return { skipped: `the small disk cannot be made larger (${room})` };
    const after = run();
    const { code: end } = await after.ended;
    if (end !== 0) wrong.push(`ended with ${end} when there was room again: ${after.stderr}`);
    else wrong.push(...differences(join(disk, 'run'), reference));
    return { said, wrong };
  } finally {
    spawnSync('umount', [disk]);
  }
}

/** @param {string[]} args @returns {string | undefined} why it failed */
function mount(args) {
  const { status, stderr, error } = spawnSync('mount', args, { encoding: 'utf8' });
  if (status === 0) return undefined;
  return (error?.message ?? stderr).trim().split('\n')[0] ?? 'refused';
}
