import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Check } from './check.js';
import { execute } from './project.js';
import { root } from './published-packages.js';

/** What has a use that knip can't see, by the package that names it. */
const uses = {
  '.': ['nx'],
  // Read by the compiler alone, from types/.
  'packages/kernels': ['@types/long'],
  // For the peers of what it depends on.
  'apps/*': ['@ulmfit/kernels'],
};

/** knip finds no dependency that nothing uses. */
export const knip: Check = {
  name: 'knip',
  async run({ toolbox }) {
    const config = join(tmpdir(), `knip-${String(process.pid)}.json`);
    const workspaces = Object.fromEntries(
      Object.entries(uses).map(([folder, ignoreDependencies]) => [folder, { ignoreDependencies }]),
    );
    // Nobody installs these: what they name is there for the workspace.
    const ignoreWorkspaces = ['tools/*', 'apps/docs'];
    writeFileSync(config, JSON.stringify({ workspaces, ignoreWorkspaces }));
    const args = [
      await toolbox.command('knip'),
      '--config',
      config,
      '--no-progress',
      '--include',
      'dependencies',
    ];
    const { code, output } = await execute(process.execPath, args, root);
    return { problems: code === 0 ? [] : [output.trim()], notes: ['no unused dependency'] };
  },
};
