import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { TfjsNodePackage } from './install/tfjs-node-package.js';

/** Below the engine's folder, where TensorFlow's library looks for CUDA's: `$ORIGIN/../nvidia/NAME/lib`. */
export const CUDA_FOLDER = 'nvidia';

/** Whether the library that tfjs-node is linked to is the one for graphics cards. */
export function isGpuEngine({ directory }: Pick<TfjsNodePackage, 'directory'>): boolean {
  try {
    return existsSync(join(realpathSync(join(directory, 'deps')), CUDA_FOLDER));
  } catch {
    return false;
  }
}

/**
 * Why an engine for graphics cards that is in place uses none.
 * @param root the system's, for tests
 */
export function gpuFault(root = '/'): string {
  // Windows's Linux has the driver outside, and a device of another name.
  if (existsSync(join(root, 'dev', 'dxg'))) return FOUND_NONE;
  const driver = join(root, 'proc', 'driver', 'nvidia');
  if (!existsSync(join(driver, 'version')))
    return 'there is no NVIDIA driver: install it; nvidia-smi says whether it works';
  const cards = join(driver, 'gpus');
  if (!existsSync(cards) || readdirSync(cards).length === 0)
    return 'the NVIDIA driver knows of no card; nvidia-smi says what it sees';
  return FOUND_NONE;
}

const FOUND_NONE =
  'TensorFlow finds no card that it can use; TF_CPP_MIN_LOG_LEVEL=0 shows why, such as a driver that is too old';
