import { cacheDirectory } from '@ulmfit/files';
import { findTfjsNode } from '../install/tfjs-node-package.js';
import { tryToLoad } from '../install/try-to-load.js';
import { ensureKernelLibrary } from './kernel-library.js';
import { nativeKernelsOff } from './native-kernels.js';

/** Builds the native kernels unless the cache has them. Resolves to why there are none. */
async function build(): Promise<string | undefined> {
  if (nativeKernelsOff()) return 'ULMFIT_NATIVE=0';
  const tfjsNode = await findTfjsNode();
  if (tfjsNode === undefined) return 'tfjs-node is not installed';
  const engine = await tryToLoad(tfjsNode);
  if ('broken' in engine) return engine.broken;
  try {
    const { tensorflowVersion } = engine;
    await ensureKernelLibrary({ cache: cacheDirectory(), tfjsNode, tensorflowVersion });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Why the tests of the native kernels can't run here; `undefined` when they can. */
export const nativeMissing: string | undefined = await build();

/** A suite's title with the reason for which it is skipped. */
export function withNativeReason(title: string): string {
  return nativeMissing === undefined ? title : `${title} (skipped, no native kernels: ${nativeMissing})`;
}
