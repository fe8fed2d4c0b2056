// Kills installations of the engine: what they leave behind must never be used as one.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { root } from '../workspace.mjs';
import { bin, start } from './victim.mjs';

/**
 * @typedef {object} KilledInstalls
 * @property {number} kills
 * @property {string[]} lost installations that did not get there, or left something behind
 * @property {string[]} differing what was trusted and should not have been
 */

const child = fileURLToPath(new URL('install-child.mjs', import.meta.url));
/** @type {typeof import('../../packages/files/src/manifest.js')} */
const { verifyManifest } = await import(join(root, 'packages/files/dist/manifest.js'));

/**
 * Kills installations of TensorFlow's library, out of an invented wheel, and lets each third one go through.
 * @param {{ folder: string, kills: number, random: import('./random.mjs').Random }} options
 * @returns {Promise<KilledInstalls>}
 */
export async function killLibraryInstalls({ folder, kills, random }) {
  mkdirSync(folder, { recursive: true });
  const files = inventedFiles();
  const wheel = join(folder, 'invented.whl');
  writeFileSync(wheel, zip(files));
  /** @type {KilledInstalls} */
  const result = { kills: 0, lost: [], differing: [] };
  for (let cache = 0; result.kills < kills; cache++) {
    const target = join(folder, `cache-${cache}`, 'tensorflow');
    const install = () => start([child, target, wheel], { cwd: folder });
    for (let i = 0; i < 3 && result.kills < kills; i++) {
      const victim = install();
      await sleep(100 + random.below(400));
      victim.kill();
      const { wasKilled } = await victim.ended;
      if (wasKilled) result.kills++;
      const isTrusted = existsSync(target) && (await verifyManifest(target)) === undefined;
      if (isTrusted && !isWhole(target, files)) result.differing.push(`${target} is trusted and not whole`);
    }
    const last = install();
    const { code } = await last.ended;
    if (code !== 0 || !isWhole(target, files))
      result.lost.push(`${target}: ended with ${code}: ${last.stderr}`);
    const left = readdirSync(dirname(target)).filter((name) => name !== 'tensorflow');
    if (left.length > 0) result.lost.push(`${target}: ${left.join(', ')} left behind`);
  }
  return result;
}

/**
 * Kills `ulmfit engine install` with a cache of its own, which compiles there, and lets it go through at last.
 * @param {{ folder: string, kills: number, random: import('./random.mjs').Random }} options
 * @returns {Promise<KilledInstalls>}
 */
export async function killEngineInstalls({ folder, kills, random }) {
  const cache = join(folder, 'cache');
  mkdirSync(cache, { recursive: true });
  // Without the native kernels, whose minutes of compiling go the same way.
  const env = { ULMFIT_CACHE: cache, ULMFIT_NATIVE: '0' };
  const install = () => start([bin, 'engine', 'install'], { cwd: folder, env });
  /** @type {KilledInstalls} */
  const result = { kills: 0, lost: [], differing: [] };
  for (let i = 0; i < kills; i++) {
    const victim = install();
    await sleep(200 + random.below(3500));
    victim.kill();
    if ((await victim.ended).wasKilled) result.kills++;
  }
  const last = install();
  const { code } = await last.ended;
  if (code !== 0) result.lost.push(`engine install ended with ${code}: ${last.stderr}`);
  const engine = join(cache, 'engine');
  for (const name of existsSync(engine) ? readdirSync(engine) : []) {
    const problem = await verifyManifest(join(engine, name));
    if (problem !== undefined) result.differing.push(problem);
  }
  return result;
}

/** The files that count of a wheel, with noise in them. @returns {Record<string, Uint8Array>} by their path when installed */
function inventedFiles() {
  return {
    'lib/libtensorflow_cc.so.2': new Uint8Array(randomBytes(48_000_000)),
    'lib/libtensorflow_framework.so.2': new Uint8Array(randomBytes(2_000_000)),
    'include/tensorflow/c/c_api.h': new TextEncoder().encode('// c_api'),
  };
}

/** @param {Record<string, Uint8Array>} files */
function zip(files) {
  const { zipSync } = createRequire(join(root, 'packages/files/package.json'))('fflate');
  const inside = (/** @type {string} */ path) => `tensorflow/${path.replace(/^lib\//, '')}`;
  return zipSync(Object.fromEntries(Object.entries(files).map(([path, bytes]) => [inside(path), bytes])), {
    level: 0,
  });
}

/** @param {string} folder @param {Record<string, Uint8Array>} files */
const isWhole = (folder, files) =>
  Object.entries(files).every(([path, bytes]) => {
    const installed = join(folder, path);
    return existsSync(installed) && readFileSync(installed).equals(bytes);
  });
