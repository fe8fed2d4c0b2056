import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { zipSync } from 'fflate';

export { temporaryFolder } from '../../../files/src/temporary-folder.test-helper.js';

/** The files of TensorFlow's wheel for Linux that count, with little in them. */
export function wheelFiles(): Record<string, Uint8Array> {
  const text = (line: string): Uint8Array => new TextEncoder().encode(line);
  return {
    'tensorflow/libtensorflow_cc.so.2': new Uint8Array(randomBytes(3_000_000)),
    'tensorflow/libtensorflow_framework.so.2': new Uint8Array(200_000),
    'tensorflow/include/tensorflow/c/c_api.h': text('// c_api'),
    'tensorflow/include/tensorflow/c/eager/c_api.h': text('// eager'),
    'tensorflow/include/tensorflow/core/platform/ctstring.h': text('// ctstring'),
    'tensorflow/include/xla/tsl/c/tsl_status.h': text('// status'),
    'tensorflow/include/Eigen/Core': text('// not needed'),
    'tensorflow/__init__.py': text('# not needed'),
  };
}

/** Writes a wheel and resolves to its path. */
export async function writeWheel(
  folder: string,
  files: Record<string, Uint8Array> = wheelFiles(),
): Promise<string> {
  const path = join(folder, 'tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl');
  await writeFile(path, zipSync(files, { level: 1 }));
  return path;
}
