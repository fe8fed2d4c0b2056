// What of an engine's installation needs no network: takes TensorFlow's library out of a wheel that is here.
// node install-child.mjs FOLDER WHEEL
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../workspace.mjs';

const [folder = '', wheel = ''] = process.argv.slice(2);
/** @type {typeof import('../../packages/backend-node/src/install/library.js')} */
const { ensureLibrary } = await import(join(root, 'packages/backend-node/dist/install/library.js'));
const wasThere = await ensureLibrary({
  folder,
  platform: 'linux',
  download: async (into) => {
    const path = join(into, 'tensorflow.whl');
    await copyFile(wheel, path);
    return path;
  },
});
console.log(wasThere ? 'was there' : 'installed');
