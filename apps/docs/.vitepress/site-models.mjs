// The models that the playground offers: packages that `npm run model-package` makes, where the site's build finds them.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../../..');
const require = createRequire(import.meta.url);

/** What each is for, by the package's name without its scope. */
const packages = { classifier: 'sentiment-en', languageModel: 'pretrained-en' };

/** The model file of a package: in the folder of models where one is given, else in this repository, or installed. */
function modelFile(name, folder) {
  const places = folder ? [join(folder, name)] : [join(root, 'packages/models', name), installed(name)];
  for (const place of places) {
    const manifest = place && join(place, 'package.json');
    if (!manifest || !existsSync(manifest)) continue;
    const { ulmfit } = JSON.parse(readFileSync(manifest, 'utf8'));
    const file = typeof ulmfit === 'string' ? join(place, ulmfit) : '';
    if (existsSync(file)) return file;
  }
  return undefined;
}

function installed(name) {
  try {
    return dirname(require.resolve(`@ulmfit/${name}/package.json`));
  } catch {
    return undefined;
  }
}

/**
 * A plugin of Vite that gives `virtual:site-models`: for each purpose the address of a model and its size, or nothing.
 * `ULMFIT_SITE_MODELS` names a folder of such packages, which is then the only place.
 */
export function siteModels({ folder = process.env['ULMFIT_SITE_MODELS'] } = {}) {
  const id = 'virtual:site-models';
  return {
    name: 'site-models',
    resolveId: (source) => (source === id ? `\0${id}` : undefined),
    load(source) {
      if (source !== `\0${id}`) return undefined;
      const found = Object.entries(packages).flatMap(([purpose, name]) => {
        const file = modelFile(name, folder);
        return file === undefined ? [] : [{ purpose, name, file, bytes: statSync(file).size }];
      });
      return [
        ...found.map(({ file }, i) => `import url${i} from ${JSON.stringify(`${file}?url`)};`),
        'export const siteModels = {',
        ...found.map(
          ({ purpose, name, bytes }, i) =>
            `  ${purpose}: { name: ${JSON.stringify(`@ulmfit/${name}`)}, url: url${i}, bytes: ${bytes} },`,
        ),
        '};',
      ].join('\n');
    },
  };
}
