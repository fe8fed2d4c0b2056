import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import { ensureAddon, type NativeAddon } from '@ulmfit/backend-node';
import { UlmfitError } from '@ulmfit/errors';
import { cacheDirectory } from '@ulmfit/files';

/** What the compiled addon gives: `native/mpi.cc`. */
export interface MpiAddon {
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
 * @throws UlmfitError `NO_MPI`, `NO_COMPILER`, `NO_HEADERS` or `BUILD_FAILED`
 */
export async function loadMpiAddon(): Promise<MpiAddon> {
  const addon: NativeAddon = {
    name: 'mpi',
    source: new URL('../native/mpi.cc', import.meta.url),
    flags: await wrapperFlags(),
  };
  const path = await ensureAddon(addon, cacheDirectory());
  return createRequire(import.meta.url)(path) as MpiAddon;
}

/** The arguments for the compiler that MPI's own wrapper would add. */
async function wrapperFlags(): Promise<readonly string[]> {
  for (const wrapper of WRAPPERS) {
    const shown = await promisify(execFile)(wrapper, ['-show'], { timeout: 20_000 }).catch(() => undefined);
    if (shown) return shown.stdout.trim().split(/\s+/).slice(1);
  }
  throw new UlmfitError(
    'NO_MPI',
    'no MPI to compile against: install Open MPI or MPICH with its headers, on Debian and Ubuntu by `apt install openmpi-bin libopenmpi-dev`',
  );
}
