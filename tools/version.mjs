// `npm run version-packages`: takes the notes of .changeset into versions and change logs, as `changeset version` does. Changesets makes a
// major version of each package whose peer has left its range, and below 1.0 each minor version leaves `^`. All packages have one
// version, so their ranges for each other are widened before, and name the new version after.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from './workspace.mjs';

/** Gives every range for a package of ours the same text, where a package has such a peer. */
function setPeerRanges(range) {
  for (const part of ['packages', 'apps', 'tools'])
    for (const name of readdirSync(join(root, part))) {
      const path = join(root, part, name, 'package.json');
      if (!existsSync(path)) continue;
      const manifest = JSON.parse(readFileSync(path, 'utf8'));
      for (const field of ['peerDependencies', 'devDependencies'])
        for (const peer of Object.keys(manifest[field] ?? {}))
          if (peer.startsWith('@ulmfit/')) manifest[field][peer] = range;
      writeFileSync(path, `${JSON.stringify(manifest, null, 2)}\n`);
    }
}

setPeerRanges('*');
run('npx', ['changeset', 'version']);
const { version } = JSON.parse(readFileSync(join(root, 'packages/trainer/package.json'), 'utf8'));
setPeerRanges(`^${version}`);
run('npm', [
  'install',
  '--package-lock-only',
  '--ignore-scripts',
  '--no-audit',
  '--no-fund',
  '--prefer-offline',
]);
// The public faces that this release has: a later change of one needs a note of its own.
run('npm', ['run', '--silent', 'api', '--', '--released']);
