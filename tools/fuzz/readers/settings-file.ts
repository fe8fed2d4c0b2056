import { loadConfig } from '../../../apps/ulmfit/src/config/load-config.js';
import { utf8 } from '../../../packages/files/src/mutate.test-helper.js';
import type { FuzzedReader } from '../reader.js';
import { hostileJson, spoiltRecord } from './hostile-json.js';
import { writingReader } from './writing-reader.js';

const settings = {
  ...{ data: 'train.csv', textColumn: ['title', 'text'], labelColumn: 'section', preset: 'tiny', seed: 3 },
  recipe: { classifier: { dropoutMultiplier: 0.5 } },
};

/** The settings file of the command line, in JSON. */
export const settingsFileReader = (): FuzzedReader =>
  writingReader('ulmfit.config.json', (path) => loadConfig(path), {
    name: 'a settings file',
    samples: [utf8(JSON.stringify(settings, null, 2))],
    hostile: hostileJson,
    arbitrary: spoiltRecord(settings),
  });
