// Takes a lock again and again, writes down that it is in and that it is out, and gets killed while it is in.
// node contender.mjs FOLDER NAME HOLDS
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from '../workspace.mjs';

/** @type {typeof import('../../packages/files/src/process-lock.js')} */
const { tryLock } = await import(join(root, 'packages/files/dist/process-lock.js'));
const [folder = '', name = '', holds = '1'] = process.argv.slice(2);
const say = (/** @type {string} */ what) => appendFileSync(join(folder, 'holds.log'), `${name} ${what}\n`);

for (let hold = 1; hold <= Number(holds);) {
  const lock = tryLock(join(folder, 'lock.json'));
  if (!lock || !('release' in lock)) {
    await sleep(Math.random() * 3);
    continue;
  }
  say('in');
  await sleep(Math.random() * 3);
  say('in');
  if (hold++ === Number(holds)) process.kill(process.pid, 'SIGKILL');
  say('out');
  lock.release();
  await sleep(Math.random() * 3);
}
