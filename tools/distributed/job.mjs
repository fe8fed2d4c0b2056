// Jobs of `mpirun`, and what is known of their ranks.
import { spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export const bin = fileURLToPath(new URL('../../apps/ulmfit/bin/ulmfit.js', import.meta.url));

/** More ranks than cores, as root, and each free to use any core: by Open MPI 4 and 5; MPICH asks for nothing. */
export const lenient = {
  OMPI_ALLOW_RUN_AS_ROOT: '1',
  OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: '1',
  OMPI_MCA_rmaps_base_oversubscribe: '1',
  OMPI_MCA_hwloc_base_binding_policy: 'none',
  PRTE_MCA_rmaps_default_mapping_policy: ':oversubscribe',
  PRTE_MCA_hwloc_default_binding_policy: 'none',
};

/** Why no job can be started here; undefined where one can. */
export function missing() {
  for (const command of ['mpirun', 'mpicxx']) {
    if (spawnSync(command, ['--version']).error)
      return `there is no ${command}; on Debian and Ubuntu: apt install openmpi-bin libopenmpi-dev`;
  }
  return undefined;
}

/** Which MPI the tests run on: the one whose `mpirun` is first in PATH. */
export const mpiVersion = () =>
  /\(Open MPI\) \S+|Version: +\S+/
    .exec(spawnSync('mpirun', ['--version'], { encoding: 'utf8' }).stdout)?.[0]
    .replace(/^\((.*)\)/, '$1')
    .replace(/^Version: +/, 'MPICH ');

/**
 * @typedef {object} Job
 * @property {number} pid of `mpirun`
 * @property {() => string} stderr what came so far
 * @property {Promise<{ code: number | null, stderr: string, seconds: number }>} ended
 */

/**
 * @param {number} ranks 1 starts it without `mpirun`
 * @param {readonly string[]} args of `ulmfit`
 * @param {{ cwd: string, env?: Record<string, string>, mpirun?: string }} options
 * @returns {Job}
 */
export function start(ranks, args, { cwd, env = {}, mpirun = 'mpirun' }) {
  // Open MPI's launcher puts its own folder before PATH where it is called by its path.
  const command = ['env', `PATH=${process.env['PATH']}`, process.execPath, bin, ...args];
  const [program = '', ...rest] = ranks === 1 ? command : [mpirun, '-np', String(ranks), ...command];
  const begun = performance.now();
  const child = spawn(program, rest, { cwd, env: { ...process.env, ...lenient, ...env } });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
  child.stdout.resume();
  return {
    pid: child.pid ?? 0,
    stderr: () => stderr,
    ended: new Promise((resolve) => {
      child.on('close', (code) => resolve({ code, stderr, seconds: (performance.now() - begun) / 1000 }));
    }),
  };
}

/**
 * The processes of a job by rank.
 * @param {Job} job
 * @returns {Map<number, number>}
 */
export function pidsOf({ pid }) {
  const found = new Map();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const parent = Number(readFileSync(`/proc/${name}/stat`, 'utf8').split(') ')[1]?.split(' ')[1]);
      const environment = readFileSync(`/proc/${name}/environ`, 'utf8');
      const rank = /(?:^|\0)(?:OMPI_COMM_WORLD_RANK|PMI_RANK)=(\d+)/.exec(environment)?.[1];
      if (rank !== undefined && (parent === pid || isBelow(parent, pid)))
        found.set(Number(rank), Number(name));
    } catch {
      // It has ended meanwhile.
    }
  }
  return found;
}

/** MPICH's launcher has a proxy between itself and the ranks. */
function isBelow(parent, pid) {
  try {
    return Number(readFileSync(`/proc/${parent}/stat`, 'utf8').split(') ')[1]?.split(' ')[1]) === pid;
  } catch {
    return false;
  }
}

/**
 * Waits until a job has said something, or has ended.
 * @param {Job} job
 * @param {RegExp} line
 */
export async function said(job, line) {
  let isOver = false;
  void job.ended.then(() => (isOver = true));
  while (!isOver && !line.test(job.stderr())) await sleep(20);
}
