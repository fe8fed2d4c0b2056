import { mkdir, readdir, rm, stat, symlink } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { UlmfitError } from '@ulmfit/errors';
import { ensureCachedFolder, ZipFile } from '@ulmfit/files';
import type { OnInstallProgress } from './progress.js';
import type { Python } from './python.js';
import { reasonOf, runCommand } from './run-command.js';
import type { WheelChoice } from './wheel-choice.js';

export interface LibraryRequest {
  /** Where it belongs; holds `lib/` and `include/` afterwards, as tfjs-node wants its `deps` folder. */
  readonly folder: string;
  readonly platform: NodeJS.Platform;
  /** Downloads the wheel into a folder and resolves to its path. */
  readonly download: (folder: string) => Promise<string>;
  /** Puts beside it what it needs of others; is given the wheel. */
  readonly complete?: ((wheel: string, folder: string) => Promise<void>) | undefined;
  readonly rebuild?: boolean;
  readonly onProgress?: OnInstallProgress | undefined;
  readonly log?: ((line: string) => void) | undefined;
}

/** Folders below `tensorflow/include` with the C API and what its headers include. */
const HEADERS =
  /^tensorflow\/include\/((?:tensorflow\/(?:c|core\/platform|core\/common_runtime|tsl|xla\/tsl)|xla\/tsl|tsl)\/.*|tensorflow\/core\/[^/]*\.h)$/;

/** Makes sure that TensorFlow's C library is in the cache. Resolves to whether it was there already. */
export function ensureLibrary(request: LibraryRequest): Promise<boolean> {
  const { folder, rebuild = false, log, download, complete } = request;
  return ensureCachedFolder(
    folder,
    async (temporary) => {
      // Beside the content, so that one sweep of an abandoned install takes both.
      const wheelFolder = join(temporary, 'download');
      await mkdir(wheelFolder);
      const wheel = await download(wheelFolder);
      await unpackLibrary(wheel, temporary, request.platform, request.onProgress).catch(describeZipError);
      await complete?.(wheel, temporary);
      await rm(wheelFolder, { recursive: true });
    },
    { rebuild, log },
  );
}

/** What was downloaded is ours to download again. */
function describeZipError(error: unknown): never {
  if (!(error instanceof UlmfitError) || error.code !== 'BAD_ZIP') throw error;
  const cure = 'run `npx ulmfit engine install --force` to download it again';
  throw new UlmfitError('BAD_WHEEL', `${error.message}; ${cure}`, { cause: error });
}

/** Unpacks the C library and its headers from a wheel into `lib/` and `include/`. */
export async function unpackLibrary(
  wheel: string,
  folder: string,
  platform: NodeJS.Platform,
  onProgress?: OnInstallProgress,
): Promise<void> {
  const { files, links } = libraryNames(platform);
  const archive = ZipFile.open(wheel);
  try {
    const wanted = archive.names.flatMap((name) => {
      const library = files.find((file) => name === `tensorflow/${file}`);
      const path = library === undefined ? HEADERS.exec(name)?.[1] : undefined;
      if (library !== undefined) return [{ name, path: join('lib', library) }];
      return path === undefined || posix.normalize(path) !== path
        ? []
        : [{ name, path: join('include', path) }];
    });
    for (const name of [
      ...files.map((file) => join('lib', file)),
      join('include', 'tensorflow', 'c', 'c_api.h'),
    ]) {
      if (!wanted.some(({ path }) => path === name)) {
        throw new UlmfitError(
          'BAD_WHEEL',
          `${wheel} holds no ${name}: it is not a TensorFlow wheel for ${platform}.`,
        );
      }
    }
    const totalBytes = wanted.reduce((sum, { name }) => sum + archive.sizeOf(name), 0);
    let bytes = 0;
    for (const { name, path } of wanted) {
      const destination = join(folder, path);
      await mkdir(dirname(destination), { recursive: true });
      await archive.extract(name, destination, (more) => {
        bytes += more;
        onProgress?.({ phase: 'unpack', bytes, totalBytes });
      });
    }
  } finally {
    archive.close();
  }
  // The names that tfjs-node's build asks the linker for.
  for (const [name, target] of links) await symlink(target, join(folder, 'lib', name));
}

/** The C library's two files as TensorFlow names them, and the names that point to them. */
function libraryNames(platform: NodeJS.Platform): { files: string[]; links: [string, string][] } {
  if (platform === 'darwin') {
    return {
      files: ['libtensorflow_cc.2.dylib', 'libtensorflow_framework.2.dylib'],
      links: [
        ['libtensorflow.dylib', 'libtensorflow_cc.2.dylib'],
        ['libtensorflow.2.dylib', 'libtensorflow_cc.2.dylib'],
        ['libtensorflow_framework.dylib', 'libtensorflow_framework.2.dylib'],
      ],
    };
  }
  return {
    files: ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'],
    links: [
      ['libtensorflow.so', 'libtensorflow_cc.so.2'],
      ['libtensorflow.so.2', 'libtensorflow_cc.so.2'],
      ['libtensorflow_framework.so', 'libtensorflow_framework.so.2'],
    ],
  };
}

/**
 * Downloads a wheel by pip, which knows the user's index, mirror, proxy and certificates.
 * @throws UlmfitError `DOWNLOAD_FAILED` with pip's own reason.
 */
export async function downloadWheel(
  python: Python,
  choice: WheelChoice,
  folder: string,
  onProgress?: OnInstallProgress,
): Promise<string> {
  let totalBytes: number | undefined;
  const report = (): void => {
    void largestFile(folder).then((bytes) => {
      onProgress?.({ phase: 'download', bytes, ...(totalBytes === undefined ? {} : { totalBytes }) });
    });
  };
  report();
  const timer = setInterval(report, 200);
  try {
    const result = await runCommand(
      python.command,
      [
        '-m',
        'pip',
        ...choice.pipArguments,
        '--progress-bar',
        'off',
        '--disable-pip-version-check',
        '--dest',
        folder,
      ],
      {
        // pip writes to its temporary folder first: in ours it is swept with the rest, and its growth can be seen.
        env: { ...process.env, TMPDIR: folder },
        onOutput: (text) => {
          totalBytes ??= announcedBytes(text);
        },
      },
    );
    const wheel = (await readdir(folder)).find((name) => name.endsWith('.whl'));
    if (result.code !== 0 || wheel === undefined) {
      throw new UlmfitError(
        'DOWNLOAD_FAILED',
        `pip could not download ${choice.project} ${choice.version}: ${reasonOf(result)}`,
      );
    }
    return join(folder, wheel);
  } finally {
    clearInterval(timer);
  }
}

/** The size in pip's line `Downloading NAME (273.8 MB)`. */
export function announcedBytes(text: string): number | undefined {
  const [, amount, unit] = /Downloading \S+ \(([\d.]+) ([kM])B\)/.exec(text) ?? [];
  return amount === undefined ? undefined : Math.round(Number(amount) * (unit === 'M' ? 1e6 : 1e3));
}

async function largestFile(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const sizes = entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      stat(join(entry.parentPath, entry.name)).then(
        ({ size }) => size,
        () => 0,
      ),
    );
  return Math.max(0, ...(await Promise.all(sizes)));
}
