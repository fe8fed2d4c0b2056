import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, hostname } from 'node:os';
import { gatherJson, type Collective } from '@ulmfit/trainer';

/** The cores that a rank may use, as it tells the others. */
export interface RankCores {
  readonly host: string;
  /** Those that the launcher leaves it, such as `0-3,8`; empty where the system does not tell. */
  readonly allowed: string;
  /** How many threads it can run at once. */
  readonly available: number;
  /** Of the whole machine. */
  readonly all: number;
}

/** Tells all ranks of the cores of each. */
export const gatherCores = (collective: Collective): Promise<readonly RankCores[]> =>
  gatherJson(collective, {
    host: hostname(),
    allowed: allowedCores(),
    available: availableParallelism(),
    all: cpus().length,
  });

function allowedCores(): string {
  try {
    return /^Cpus_allowed_list:\s*(\S+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '';
  } catch {
    return '';
  }
}

/** Threads for a rank: its cores, shared with the ranks that may use the same ones. */
export function threadsOf(rank: number, ranks: readonly RankCores[]): number {
  const own = ranks[rank];
  if (own === undefined) return 1;
  const sharing = ranks.filter(({ host, allowed }) => host === own.host && allowed === own.allowed).length;
  return Math.max(1, Math.floor(own.available / sharing));
}

/**
 * A line about the first rank that is bound to fewer cores than it could use; undefined where none is.
 * @param threads that each rank was told to run; undefined where each is to use what it may
 */
export function boundWarning(ranks: readonly RankCores[], threads: number | undefined): string | undefined {
  for (const [rank, { host, allowed, all }] of ranks.entries()) {
    const count = countCores(allowed);
    if (count === undefined) continue;
    const local = ranks.filter((other) => other.host === host);
    // A machine that is lent in part looks the same to all of its ranks; a launcher gives each its own.
    const isBound = count === 1 || local.some((other) => other.allowed !== allowed);
    const wanted = threads ?? (isBound ? Math.floor(all / local.length) : 1);
    if (count >= wanted) continue;
    const of =
      threads === undefined ? `of ${all} cores` : `${count === 1 ? 'core' : 'cores'}, for ${threads} threads`;
    return `rank ${rank} is bound to ${count} ${of}, which slows all down; where the launcher did that, add --bind-to none after mpirun`;
  }
  return undefined;
}

/** How many a list such as `0-3,8` names. */
function countCores(list: string): number | undefined {
  if (list === '') return undefined;
  return list.split(',').reduce((sum, part) => {
    const [from = 0, to = from] = part.split('-').map(Number);
    return sum + to - from + 1;
  }, 0);
}
