// Runs of the command that are killed again and again, each held to one that nobody killed.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { differences } from './compare.mjs';
import { isFinished, isValidating, lastStep, ownerOf, placeOf, said, textOf, writing } from './places.mjs';
import { bin, start, until } from './victim.mjs';

/** @typedef {import('./places.mjs').Place} Place */
/** @typedef {import('./random.mjs').Random} Random */
/** @typedef {import('./victim.mjs').Victim} Victim */

/**
 * @typedef {object} Case a command and how it runs
 * @property {string} name
 * @property {readonly string[]} args without `--out`
 * @property {Record<string, string>} env
 *
 * @typedef {object} Struck a kill
 * @property {string} run
 * @property {Place} place
 *
 * @typedef {object} KilledRun what came of one run
 * @property {Struck[]} kills
 * @property {string | undefined} lost why it could not go on
 * @property {string[]} differing
 * @property {number} repeated the most steps that had to be made again after one kill
 */

/** Longer than this no kill is put off, whatever it waits for. */
const PATIENCE = 15_000;

/**
 * How long to wait before the kill: first until something is to be seen, then a random while.
 * @typedef {object} Aim
 * @property {(victim: Victim, folder: string, random: Random) => () => boolean} sight
 * @property {number} milliseconds
 * @property {number} [weight] how often it is taken; what lasts for milliseconds only is taken more often. Default 1
 * @property {(folder: string) => boolean} [when] whether a run that is resumed comes to it before long
 */

/** @type {readonly Aim[]} */
const aims = [
  { sight: () => () => true, milliseconds: 1500 },
  { sight: (victim, folder) => () => ownerOf(folder) === victim.pid, milliseconds: 150 },
  { sight: (victim) => () => said(victim.stderr).last === 'documents', milliseconds: 80 },
  { sight: inFit, milliseconds: 800, when: isTraining },
  { sight: inFit, milliseconds: 2500, when: isTraining },
  {
    sight: (victim, folder, random) =>
      later(inFit(victim), random.below(600), () => isWriting(victim, folder, /^checkpoints/)),
    milliseconds: 2,
    weight: 2,
    when: isTraining,
  },
  {
    sight: (victim, folder) => () => inFit(victim)() && isValidating(folder, said(victim.stderr)),
    milliseconds: 20,
    weight: 2,
    when: (folder) => !isFinished(folder, 'finetune'),
  },
  {
    sight: (victim, folder) => () => isWriting(victim, folder, /^(pretrain|finetune|model)\./),
    milliseconds: 1,
    weight: 2,
    when: isTraining,
  },
  { sight: lastEpoch, milliseconds: 10, weight: 2, when: isTraining },
  {
    sight: (victim, folder) => changed(() => textOf(join(folder, 'result.json'))),
    milliseconds: 100,
    when: isTraining,
  },
  {
    sight: (victim) => () => victim.stderr.includes('test texts: '),
    milliseconds: 60,
    weight: 3,
    when: (folder) => !isTraining(folder),
  },
];

/** One of the aims that the run comes to. @param {string} folder @param {Random} random */
function aimAt(folder, random) {
  const near = aims.filter(({ when }) => when?.(folder) ?? true);
  const [first, ...rest] = near.flatMap((aim) => Array.from({ length: aim.weight ?? 1 }, () => aim));
  if (!first) throw new Error('there is nothing to aim at');
  return random.of([first, ...rest]);
}

/** @param {string} folder */
function isTraining(folder) {
  return !isFinished(folder, 'classify');
}

/** @param {Victim} victim */
function lastEpoch(victim) {
  return () => {
    const { last, epoch, epochs } = said(victim.stderr);
    return last === 'epoch' && epoch === epochs;
  };
}

/** @param {Victim} victim @returns {() => boolean} */
function inFit(victim) {
  return () => ['fit', 'epoch'].includes(said(victim.stderr).last);
}

/** @param {Victim} victim @param {string} folder @param {RegExp} what */
const isWriting = (victim, folder, what) => writing(folder, victim.pid).some((path) => what.test(path));

/** The second sight, from some milliseconds after the first on. @param {() => boolean} first @param {number} wait @param {() => boolean} second */
function later(first, wait, second) {
  let from = Infinity;
  return () => {
    if (from === Infinity && first()) from = performance.now() + wait;
    return performance.now() >= from && second();
  };
}

/** Whether a text is another than at first. @param {() => string} read */
function changed(read) {
  const before = read();
  return () => read() !== before;
}

/**
 * @typedef {object} Whole a run that nobody killed
 * @property {string} folder
 * @property {readonly string[]} warnings what it warned of
 */

/**
 * Runs a case to its end without a kill.
 * @param {Case} test
 * @param {string} root
 * @returns {Promise<Whole>}
 */
export async function runWhole(test, root) {
  const name = `${test.name}-whole`;
  const victim = begin(test, root, name);
  const { code } = await victim.ended;
  if (code !== 0) throw new Error(`${name} ended with ${code}: ${victim.stderr}`);
  return { folder: join(root, name), warnings: warningsOf(victim) };
}

/** @param {Victim} victim */
const warningsOf = (victim) => victim.stderr.split('\n').filter((line) => line.startsWith('ulmfit: '));

/**
 * Starts a case, kills it so many times at random moments, starting it again after each, and lets it end.
 * @param {Case} test
 * @param {Whole} reference the same case, which was not killed
 * @param {{ name: string, root: string, kills: number, random: Random }} options
 * @returns {Promise<KilledRun>}
 */
export async function killRun(test, reference, { name, root, kills: wanted, random }) {
  const folder = join(root, name);
  /** @type {Struck[]} */
  const kills = [];
  /** @type {{ fit: string, step: number } | undefined} */
  let reached;
  let repeated = 0;
  for (;;) {
    const victim = begin(test, root, name);
    if (kills.length < wanted) {
      const { sight, milliseconds } = aimAt(folder, random);
      await until(victim, sight(victim, folder, random), PATIENCE);
      await sleep(random.below(milliseconds));
      victim.kill();
    }
    const { code, wasKilled } = await victim.ended;
    const resumed = resumedAt(victim.stderr);
    if (resumed && reached?.fit === resumed.fit) repeated = Math.max(repeated, reached.step - resumed.step);
    if (resumed) reached = undefined;
    if (!wasKilled) {
      const lost = code === 0 ? undefined : `ended with ${code}: ${victim.stderr}`;
      const differing = lost === undefined ? differences(folder, reference.folder) : [];
      const complaints = warningsOf(victim).filter((line) => !reference.warnings.includes(line));
      if (lost === undefined && differing.length === 0) rmSync(folder, { recursive: true });
      return { kills, lost, differing: [...differing, ...complaints], repeated };
    }
    kills.push({ run: name, place: placeOf(folder, victim) });
    const { subject: fit } = said(victim.stderr);
    if (inFit(victim)()) reached = { fit, step: lastStep(folder, fit).step };
  }
}

/** @param {Case} test @param {string} root @param {string} name */
const begin = ({ args, env }, root, name) => start([bin, ...args, '--out', name], { cwd: root, env });

/** Where the first fit of a process went on. @param {string} stderr */
function resumedAt(stderr) {
  const [, fit, step] = /^(\S+): \d+ steps in \d+ epochs(?:, resumed at step (\d+))?$/m.exec(stderr) ?? [];
  return fit === undefined ? undefined : { fit, step: Number(step ?? 0) };
}
