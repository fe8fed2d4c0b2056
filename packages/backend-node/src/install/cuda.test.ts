import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { cudaRequirements, installCuda } from './cuda.js';
import { temporaryFolder, writeWheel } from './fake-wheel.test-helper.js';

const metadata = `Metadata-Version: 2.1
Name: tensorflow
Requires-Dist: numpy>=1.26.0
Provides-Extra: and-cuda
Requires-Dist: maker-blas-cu12<13.0,>=12.5.3.2; extra == "and-cuda"
Requires-Dist: maker-dnn-cu12 (<10.0,>=9.3.0.75) ; extra == 'and-cuda'
Requires-Dist: some-checks==1; extra == "other"
`;

it('reads from a wheel what it needs on graphics cards', async () => {
  const folder = await temporaryFolder();
  const files = { 'tensorflow-2.21.0.dist-info/METADATA': new TextEncoder().encode(metadata) };
  const wheel = await writeWheel(folder, files);
  const before = await readdir(folder);
  expect(await cudaRequirements(wheel, folder)).toEqual([
    'maker-blas-cu12<13.0,>=12.5.3.2',
    'maker-dnn-cu12<10.0,>=9.3.0.75',
  ]);
  expect(await readdir(folder)).toEqual(before);
});

it('refuses a wheel that needs nothing', async () => {
  const folder = await temporaryFolder();
  await expect(cudaRequirements(await writeWheel(folder, {}), folder)).rejects.toMatchObject({
    code: 'BAD_WHEEL',
    message: expect.stringContaining('names no CUDA libraries') as string,
  });
});

/** A Python whose pip installs a file, or fails. */
async function fakePython(script: string) {
  const folder = await temporaryFolder();
  const command = join(folder, 'python3');
  await writeFile(command, `#!/bin/sh\n${script}\n`);
  await chmod(command, 0o755);
  return { python: { command, version: '3.11.2', machine: 'x86_64', pipVersion: '23' }, folder };
}

it.skipIf(process.platform === 'win32')('puts what pip installs where the library looks for it', async () => {
  const { python, folder } = await fakePython(
    'echo "$@" > "$TMPDIR/told"; mkdir -p "$5/nvidia/blas/lib" "$5/bin"; echo x > "$5/nvidia/blas/lib/libblas.so.12"',
  );
  const into = join(folder, 'engine');
  await mkdir(into);
  await installCuda(python, ['maker-blas-cu12<13'], into);
  expect((await readdir(into)).sort()).toEqual(['nvidia', 'told']);
  expect(await readFile(join(into, 'nvidia', 'blas', 'lib', 'libblas.so.12'), 'utf8')).toBe('x\n');
  expect(await readFile(join(into, 'told'), 'utf8')).toMatch(/--no-deps .* maker-blas-cu12<13$/m);
});

it.skipIf(process.platform === 'win32')('tells pip’s own reason', async () => {
  const { python, folder } = await fakePython('echo "ERROR: No space left on device" >&2; exit 1');
  await expect(installCuda(python, ['maker-blas-cu12'], folder)).rejects.toMatchObject({
    code: 'DOWNLOAD_FAILED',
    message: expect.stringContaining('No space left on device') as string,
  });
});
