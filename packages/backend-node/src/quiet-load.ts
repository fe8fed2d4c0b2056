import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { cacheDirectory, verifyManifest } from '@ulmfit/files';
import { addonPath, type NativeAddon } from './install/native-addon.js';

/** Turns standard error off and on. */
export const stderrAddon: NativeAddon = {
  name: 'stderr',
  source: new URL('../native/stderr.cc', import.meta.url),
};

/**
 * Runs `load` with standard error turned off, if the addon for that was built; `installEngine` does so where it can.
 * TensorFlow's library writes two lines while it is loaded that no setting of its own keeps back.
 */
export async function quietly<T>(load: () => Promise<T>): Promise<T> {
  const stderr = await loadStderr();
  stderr?.mute();
  try {
    return await load();
  } finally {
    stderr?.restore();
  }
}

async function loadStderr(): Promise<{ mute(): void; restore(): void } | undefined> {
  try {
    const path = await addonPath(stderrAddon, cacheDirectory());
    // One that was cut would end the process.
    if ((await verifyManifest(dirname(path))) !== undefined) return undefined;
    return createRequire(import.meta.url)(path) as {
      mute(): void;
      restore(): void;
    };
  } catch {
    return undefined;
  }
}
