import { errorCode } from './error-code.js';
import { nodeBuiltin } from './node-builtin.js';

/** What tells a process from all others, as far as the system says. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly host: string;
  /** Tells a process from a later one with the same number, where the system can: the machine's start and its own. */
  readonly identity: string | null;
  /** The set of processes that its number counts in, a container's for example; `null` where the system doesn't say. */
  readonly namespace: string | null;
}

export const thisProcess = (): ProcessIdentity => ({
  pid: process.pid,
  host: nodeBuiltin('os').hostname(),
  identity: identityOf('self'),
  namespace: namespaceOf(),
});

/** Whether two processes run, or ran, under one kernel. Its start says so; host names are only the next best, since containers choose theirs. */
export function isSameKernel(a: ProcessIdentity, b: ProcessIdentity): boolean {
  const [bootOfA, bootOfB] = [bootOf(a), bootOf(b)];
  return bootOfA !== undefined && bootOfB !== undefined ? bootOfA === bootOfB : a.host === b.host;
}

/** Whether a process number means the same to both: two containers each have a process 1. */
export const isSameNamespace = (a: ProcessIdentity, b: ProcessIdentity): boolean =>
  a.namespace === null || b.namespace === null ? a.host === b.host : a.namespace === b.namespace;

/** Whether a process of this machine and namespace has ended. */
export const hasEnded = ({ pid, identity }: Pick<ProcessIdentity, 'pid' | 'identity'>): boolean =>
  !isRunning(pid) || (identity !== null && identityOf(pid) !== identity);

/** Whether a process runs: one that has ended keeps its number until its parent asks how it ended. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (errorCode(error) === 'ESRCH') return false;
  }
  return !['Z', 'X', 'x'].includes(statOf(pid)?.state ?? '');
}

const bootOf = ({ identity }: ProcessIdentity): string | undefined => identity?.split('/')[0];

/** On Linux; `null` elsewhere. */
function identityOf(pid: number | 'self'): string | null {
  const stat = statOf(pid);
  // The list of processes may be that of another namespace, where this one has another number.
  if (!stat || (pid === 'self' && stat.pid !== process.pid)) return null;
  try {
    const boot = nodeBuiltin('fs').readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot}/${stat.start}`;
  } catch {
    return null;
  }
}

function namespaceOf(): string | null {
  try {
    return nodeBuiltin('fs').readlinkSync('/proc/self/ns/pid');
  } catch {
    return null;
  }
}

/** Number, state and start of a process by Linux's `/proc`. */
function statOf(pid: number | 'self'): { pid: number; state: string; start: string } | undefined {
  try {
    const stat = nodeBuiltin('fs').readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field, a name in parentheses, may hold spaces.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, start] = [fields[0], fields[19]];
    return state && start ? { pid: Number.parseInt(stat), state, start } : undefined;
  } catch {
    return undefined;
  }
}
