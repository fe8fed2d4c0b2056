import { readFileSync } from 'node:fs';
import { totalmem } from 'node:os';

/** How much memory this process may come to have. */
export interface MemoryLimit {
  readonly bytes: number;
  /** Whose it is, for messages. */
  readonly of: string;
}

/** The least of what the machine has, its cgroup (a container's memory) allows, and `ulimit -v` leaves. */
export function memoryLimit(): MemoryLimit {
  const limits: MemoryLimit[] = [{ bytes: totalmem(), of: 'this machine' }];
  // 0 or beyond what there can be where there is no limit.
  const group = process.constrainedMemory();
  if (group > 0) limits.push({ bytes: group, of: 'this container or control group' });
  const space = addressSpace();
  if (space !== undefined) limits.push({ bytes: space, of: 'this process (ulimit -v)' });
  return limits.reduce((least, limit) => (limit.bytes < least.bytes ? limit : least));
}

/** On Linux, where there is a limit. */
function addressSpace(): number | undefined {
  try {
    const [, bytes] = /^Max address space +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    return bytes === undefined ? undefined : Number(bytes);
  } catch {
    return undefined;
  }
}
