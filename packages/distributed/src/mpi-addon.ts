import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ensureAddon, type NativeAddon } from '@ulmfit/backend-node';
import { UlmfitError } from '@ulmfit/errors';
import { cacheDirectory } from '@ulmfit/files';

/** What the compiled addon gives: `native/mpi.cc`. */
export interface MpiAddon {
  /** What the MPI library says of itself, which may be asked before `connect`. */
  library(): string;
  connect(): Promise<{ rank: number; size: number; library: string }>;
  /** In place. */
  sum(values: Float32Array, seconds: number, rounded: boolean): Promise<void>;
  gather(bytes: Uint8Array, seconds: number): Promise<readonly Uint8Array[]>;
  close(): Promise<void>;
}

/** Those of Open MPI and MPICH, which say how they call the compiler. */
const WRAPPERS = ['mpicxx', 'mpic++', 'mpicc'];

/**
 * Compiles the addon against the MPI of this machine, unless the cache has it, and loads it.
 * @throws UlmfitError `NO_MPI`, also where the library is gone since; `NO_COMPILER`, `NO_HEADERS` or `BUILD_FAILED`
 */
export async function loadMpiAddon(): Promise<MpiAddon> {
  const addon: NativeAddon = {
    name: 'mpi',
    source: new URL('../native/mpi.cc', import.meta.url),
    flags: withVersion(await wrapperFlags()),
  };
  const path = await ensureAddon(addon, cacheDirectory());
  try {
    return createRequire(import.meta.url)(path) as MpiAddon;
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    throw new UlmfitError(
      'NO_MPI',
      `the MPI library does not load: ${reason}; put its folder into LD_LIBRARY_PATH, or install it again`,
    );
  }
}

/** Another version in the same place is another addon: one more definition changes where the cache keeps it. */
export function withVersion(flags: readonly string[]): readonly string[] {
  for (const flag of flags) {
    if (!flag.startsWith('-I')) continue;
    try {
      const header = readFileSync(join(flag.slice(2), 'mpi.h'));
      return [...flags, `-DMPI_HEADER_${createHash('sha256').update(header).digest('hex').slice(0, 16)}`];
    } catch {
      // It is in another folder.
    }
  }
  return flags;
}

/** The arguments for the compiler that MPI's own wrapper would add. */
async function wrapperFlags(): Promise<readonly string[]> {
  for (const wrapper of WRAPPERS) {
    const shown = await promisify(execFile)(wrapper, ['-show'], { timeout: 20_000 }).catch(() => undefined);
    if (shown) return shown.stdout.trim().split(/\s+/).slice(1);
  }
  throw new UlmfitError(
    'NO_MPI',
    'no MPI to compile against: install Open MPI or MPICH with its headers, on Debian and Ubuntu with `apt install openmpi-bin libopenmpi-dev`',
  );
}
