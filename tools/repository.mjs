// Where the repository lives. Set it here, then `npm run repository` writes it into every package and every link of a README.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The address of the repository's page. A placeholder until the first release: no such page has to exist. */
export const repository = 'https://github.com/ulmfit/ulmfit';

/** The start of a file's address on that page. */
export const filesAt = `${repository}/blob/main/`;

/**
 * What npm's page of a package shows.
 * @param {string} folder
 */
export const repositoryFields = (folder) => ({
  homepage: `${filesAt}${folder}/README.md`,
  bugs: { url: `${repository}/issues` },
  repository: { type: 'git', url: `git+${repository}.git`, directory: folder },
});

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Writes the address into the packages that are published. */
function writeRepository() {
  for (const part of ['packages', 'packages/models', 'apps'])
    for (const name of readdirSync(join(root, part))) {
      const folder = `${part}/${name}`;
      const path = join(root, folder, 'package.json');
      if (!existsSync(path)) continue;
      const manifest = JSON.parse(readFileSync(path, 'utf8'));
      if (manifest.private === true) continue;
      const written = {};
      for (const [field, value] of Object.entries(manifest)) {
        if (['homepage', 'bugs', 'repository'].includes(field)) continue;
        written[field] = value;
        if (field === 'description') Object.assign(written, repositoryFields(folder));
      }
      writeFileSync(path, `${JSON.stringify(written, null, 2)}\n`);
      const readme = join(root, folder, 'README.md');
      const text = readFileSync(readme, 'utf8').replaceAll(
        /\]\((https:\/\/[^)\s]*\/blob\/main\/|(?!https?:|#))([^)\s]+)\)/g,
        (_, prefix, target) =>
          `](${filesAt}${prefix === '' ? relative(root, resolve(root, folder, target)).replaceAll('\\', '/') : target})`,
      );
      writeFileSync(readme, text);
    }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeRepository();
