// A command of ours in a process of its own, which is watched and killed.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from '../workspace.mjs';

/**
 * @typedef {object} Victim
 * @property {number} pid
 * @property {string} stderr what it has said so far
 * @property {string} stdout
 * @property {boolean} hasEnded
 * @property {Promise<Ended>} ended
 * @property {() => void} kill by SIGKILL
 *
 * @typedef {{ code: number | null, wasKilled: boolean }} Ended
 */

/**
 * Starts a program of Node's.
 * @param {readonly string[]} args
 * @param {{ cwd: string, env?: Record<string, string> }} options
 * @returns {Victim}
 */
export function start(args, { cwd, env = {} }) {
  const child = spawn(process.execPath, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  /** @type {Victim} */
  const victim = {
    pid: child.pid ?? -1,
    stderr: '',
    stdout: '',
    hasEnded: false,
    kill: () => void child.kill('SIGKILL'),
    ended: new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) => {
        victim.hasEnded = true;
        resolve({ code, wasKilled: signal === 'SIGKILL' });
      });
    }),
  };
  child.stdout.on('data', (chunk) => (victim.stdout += chunk));
  child.stderr.on('data', (chunk) => (victim.stderr += chunk));
  return victim;
}

/** The built command. */
export const bin = join(root, 'apps/ulmfit/bin/ulmfit.js');

/**
 * Waits until something is so, looking a thousand times a second.
 * @param {Victim} victim
 * @param {() => boolean} isSo
 * @param {number} limit in milliseconds
 */
export async function until(victim, isSo, limit) {
  const end = performance.now() + limit;
  while (!victim.hasEnded && performance.now() < end && !isSo()) await sleep(1);
}
