import { findTfjsNode } from './install/tfjs-node-package.js';
import { tryToLoad } from './install/try-to-load.js';

const tfjsNode = await findTfjsNode();
const loaded = tfjsNode === undefined ? { broken: 'tfjs-node is not installed' } : await tryToLoad(tfjsNode);

/** Why the tests that need TensorFlow can't run here; `undefined` when they can. */
export const engineMissing: string | undefined = 'broken' in loaded ? loaded.broken : undefined;

/** A suite's title with the reason for which it is skipped. */
export function withReason(title: string): string {
  return engineMissing === undefined
    ? title
    : `${title} (skipped, the engine isn't installed: ${engineMissing})`;
}
