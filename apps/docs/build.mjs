// `npm run docs`: the reference of the code, the page of the command line, the pictures, and the site of all that.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vitepress';
import { examples } from '../ulmfit/dist/help-groups.js';
import { program } from '../ulmfit/dist/program.js';
import { commandLinePage } from './dist/command-line.js';
import { deadAnchors } from './dist/dead-anchors.js';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');

run('vue-tsc', '-p', 'apps/docs/.vitepress/tsconfig.json');
run('typedoc');
writeFileSync(join(root, 'docs/command-line.md'), commandLinePage(program(), examples));
await build(here);
const dead = deadAnchors(join(root, 'docs/site'), process.env.ULMFIT_SITE_BASE);
for (const { page, href } of dead) console.error(`${page}: ${href} leads nowhere`);
if (dead.length > 0) process.exit(1);

function run(...command) {
  const { status } = spawnSync('npx', command, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0) process.exit(status ?? 1);
}
