// Two containers, with one folder and one host name between them, where the same numbers stand for other processes.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const contender = fileURLToPath(new URL('contender.mjs', import.meta.url));
const unshare = ['unshare', '--user', '--map-root-user', '--pid', '--fork', '--mount-proc'];

/** Times that each contender takes the lock; the last time it dies with it. */
const HOLDS = 4;

/**
 * Lets processes of two PID namespaces fight for a lock, each dying with it in the end and followed by another.
 * @param {{ root: string, deaths: number }} options
 * @returns {Promise<{ skipped: string } | { deaths: number, holds: number, wrong: string[] }>}
 */
export async function fight({ root, deaths }) {
  const able = spawnSync(unshare[0] ?? '', [...unshare.slice(1), 'true'], { encoding: 'utf8' });
  if (able.status !== 0)
    return { skipped: `no PID namespaces can be made here (${(able.error?.message ?? able.stderr).trim()})` };
  const folder = join(root, 'fight');
  mkdirSync(folder);
  const wrong = /** @type {string[]} */ ([]);
  let left = deaths;
  const corner = async (/** @type {string} */ side) => {
    while (left-- > 0) {
      const { code, stderr } = await live(folder, `${side}-${left}`);
      // A shell says so of a child that was killed.
      if (code !== 137) wrong.push(`${side}: ended with ${code}: ${stderr}`);
    }
  };
  await Promise.all([corner('red'), corner('blue')]);
  const { holds, overlaps } = readHolds(readFileSync(join(folder, 'holds.log'), 'utf8'));
  return { deaths, holds, wrong: [...wrong, ...overlaps] };
}

/**
 * What contenders wrote down: two writers at once show as lines of one between those of another.
 * @param {string} log
 */
export function readHolds(log) {
  let [holds, inside] = [0, ''];
  const overlaps = [];
  /** Those whose hold was broken into, if they still lived. */
  const ousted = new Set();
  for (const [i, line] of log.split('\n').slice(0, -1).entries()) {
    const [name = '', what] = line.split(' ');
    if (ousted.has(name)) overlaps.push(`line ${i + 1}: ${name} is ${what} while ${inside} holds the lock`);
    if (inside !== name) {
      if (inside !== '') ousted.add(inside);
      holds++;
    }
    inside = what === 'out' ? '' : name;
  }
  return { holds, overlaps };
}

/** @param {string} folder @param {string} name @returns {Promise<{ code: number | null, stderr: string }>} */
function live(folder, name) {
  // Under a shell, since a namespace's first process can't kill itself; so all are process 2.
  const inside = `"$@"; exit $?`;
  const args = [...unshare, 'sh', '-c', inside, 'sh', process.execPath, contender, folder, name, `${HOLDS}`];
  const child = spawn(args[0] ?? '', args.slice(1), { stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (chunk) => (stderr += chunk));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stderr }));
  });
}
