import { join } from 'node:path';
import { cases } from './cases.mjs';
import { fight } from './fight.mjs';
import { fillDisk } from './full-disk.mjs';
import { killEngineInstalls, killLibraryInstalls } from './kill-installs.mjs';
import { killRun, runWhole } from './kill-runs.mjs';
import { Random } from './random.mjs';
import { table } from './table.mjs';

/** Kills that one run takes before it is let through. */
const KILLS_A_RUN = 15;
/** The share of all kills that installations get, and that of these with a compiler. */
const INSTALLS = 0.15;
const COMPILES = 0.4;
/** Disks that are full before the first checkpoint, at a later one and at an export. */
const DISKS = [700, 2600, 3600];
/** Processes of two containers that die with the lock of one folder, at most. */
const DEATHS = 200;

/**
 * Every fault there is, one after the other.
 * @param {{ root: string, kills: number, seed: number, say: (line: string) => void }} options
 * @returns {Promise<boolean>} whether all went as it should
 */
export async function allFaults({ root, kills, seed, say }) {
  const started = performance.now();
  const random = new Random(seed);
  /** @type {import('./table.mjs').Row[]} */
  const rows = [];
  const problems = [];
  const installs = Math.round(kills * INSTALLS);
  const compiles = Math.round(installs * COMPILES);
  for (const { kills, lost, differing } of [
    await killLibraryInstalls({ folder: join(root, 'library'), kills: installs - compiles, random }),
    await killEngineInstalls({ folder: join(root, 'engine'), kills: compiles, random }),
  ]) {
    for (let i = 0; i < kills; i++)
      rows.push({ place: 'installing the engine', lost: lost.length > 0, differs: differing.length > 0 });
    problems.push(...lost, ...differing);
  }
  say(`${rows.length} kills of installations`);

  /** @type {Map<import('./kill-runs.mjs').Case, import('./kill-runs.mjs').Whole>} */
  const references = new Map();
  const referenceOf = async (/** @type {import('./kill-runs.mjs').Case} */ test) => {
    const reference = references.get(test) ?? (await runWhole(test, root));
    references.set(test, reference);
    return reference;
  };
  for (let run = 0; rows.length < kills; run++) {
    const test = cases[run % cases.length] ?? cases[0];
    const name = `${test.name}-${run}`;
    const reference = await referenceOf(test);
    const wanted = Math.min(KILLS_A_RUN, kills - rows.length);
    const killed = await killRun(test, reference, { name, root, kills: wanted, random });
    const { lost, differing, repeated } = killed;
    for (const { place } of killed.kills)
      rows.push({ place, lost: lost !== undefined, differs: differing.length > 0 });
    problems.push(...[...(lost === undefined ? [] : [lost]), ...differing].map((what) => `${name}: ${what}`));
    const end = lost === undefined && differing.length === 0 ? 'ended with the same bytes' : 'FAILED';
    say(`${name}: ${killed.kills.length} kills, at most ${repeated} steps made again, ${end}`);
    if (killed.kills.length === 0) problems.push(`${name}: nothing was killed`);
  }

  const fought = await fight({ root, deaths: Math.min(kills, DEATHS) });
  if ('skipped' in fought) say(`Two containers: skipped, ${fought.skipped}`);
  else {
    problems.push(...fought.wrong.map((what) => `two containers: ${what}`));
    say(`two containers: ${fought.holds} holds of one lock, ${fought.deaths} deaths with it`);
  }

  const [test] = cases;
  for (const kilobytes of DISKS) {
    const filled = await fillDisk(test, (await referenceOf(test)).folder, { root, kilobytes });
    if ('skipped' in filled) {
      say(`A full disk: skipped, ${filled.skipped}`);
      break;
    }
    problems.push(...filled.wrong.map((what) => `a disk of ${kilobytes} kB: ${what}`));
    say(`a disk of ${kilobytes} kB: ${filled.said}`);
  }
  for (const line of ['', ...table(rows), '', ...problems]) say(line);
  say(`${problems.length} problems in ${((performance.now() - started) / 60_000).toFixed(1)} minutes`);
  return problems.length === 0;
}
