import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { withVersion } from './mpi-addon.js';

it('tells one version of MPI from another in the same place', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mpi-addon-test-'));
  try {
    const flags = ['-pthread', '-I/nowhere', `-I${folder}`, '-lmpi'];
    expect(withVersion(flags)).toEqual(flags);
    const versions = [1, 2, 1].map((version) => {
      writeFileSync(join(folder, 'mpi.h'), `#define MPI_VERSION ${version}\n`);
      return withVersion(flags);
    });
    expect(versions[0]?.slice(0, -1)).toEqual(flags);
    expect(versions[0]?.at(-1)).toMatch(/^-DMPI_HEADER_[0-9a-f]{16}$/);
    expect(versions[1]).not.toEqual(versions[0]);
    expect(versions[2]).toEqual(versions[0]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
