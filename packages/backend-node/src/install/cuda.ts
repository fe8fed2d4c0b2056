import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { UlmfitError } from '@ulmfit/errors';
import { ZipFile } from '@ulmfit/files';
import { CUDA_FOLDER } from '../gpu.js';
import type { Python } from './python.js';
import { reasonOf, runCommand } from './run-command.js';

/** One that a wheel wants for graphics cards: `Requires-Dist: NAME<2,>=1; extra == "and-cuda"`. */
const REQUIREMENT = /^Requires-Dist: *([\w.-]+)(?: *\(?([^;)\n]*)\)?)? *; *extra *== *["']and-cuda["'] *$/gm;

/**
 * What TensorFlow's wheel says that it needs on graphics cards, as pip takes it.
 * @param folder for a file that is taken away again
 * @throws UlmfitError `BAD_WHEEL` where it needs nothing
 */
export async function cudaRequirements(wheel: string, folder: string): Promise<string[]> {
  const archive = ZipFile.open(wheel);
  const path = join(folder, 'METADATA');
  try {
    const name = archive.names.find((each) => /^[^/]+\.dist-info\/METADATA$/.test(each));
    if (name !== undefined) await archive.extract(name, path);
    const text = name === undefined ? '' : await readFile(path, 'utf8');
    const found = [...text.matchAll(REQUIREMENT)].map(
      ([, project = '', versions = '']) => project + versions.trim(),
    );
    if (found.length > 0) return found;
    throw new UlmfitError(
      'BAD_WHEEL',
      `${wheel} names no CUDA libraries: it is no TensorFlow for graphics cards`,
    );
  } finally {
    archive.close();
    await rm(path, { force: true });
  }
}

/**
 * Puts CUDA's libraries where TensorFlow's looks for them, by pip.
 * @param folder holds `nvidia/` afterwards, with a folder for each
 * @throws UlmfitError `DOWNLOAD_FAILED` with pip's own reason
 */
export async function installCuda(
  python: Python,
  requirements: readonly string[],
  folder: string,
): Promise<void> {
  const target = join(folder, 'cuda');
  await mkdir(target, { recursive: true });
  const result = await runCommand(
    python.command,
    [
      ...['-m', 'pip', 'install', '--target', target, '--no-deps', '--only-binary=:all:', '--no-compile'],
      ...['--no-cache-dir', '--progress-bar', 'off', '--disable-pip-version-check', ...requirements],
    ],
    // Gigabytes on their way: what is left of an installation that was ended is swept with the rest.
    { env: { ...process.env, TMPDIR: folder } },
  );
  const libraries = (await readdir(target)).includes(CUDA_FOLDER);
  if (result.code !== 0 || !libraries)
    throw new UlmfitError('DOWNLOAD_FAILED', `pip could not install CUDA's libraries: ${reasonOf(result)}`);
  await rename(join(target, CUDA_FOLDER), join(folder, CUDA_FOLDER));
  await rm(target, { recursive: true });
}
