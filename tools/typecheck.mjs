// `npm run typecheck` in a package: type-checks its tests, as `npm run typecheck` of the workspace does for all in one program. What
// they import must be built; nx sees to that.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { root } from './workspace.mjs';

const folder = relative(root, process.cwd()).replaceAll('\\', '/');
const cache = join(root, 'node_modules/.cache/typecheck');
const name = folder.replaceAll('/', '-');
const up = '../../..';
const patterns = folder.startsWith('tools/')
  ? ['**/*.ts']
  : ['src/**/*.test.ts', 'src/**/*.test-helper.ts', 'templates'];
mkdirSync(cache, { recursive: true });
writeFileSync(
  join(cache, `${name}.json`),
  JSON.stringify({
    extends: `${up}/tsconfig.test.json`,
    compilerOptions: {
      tsBuildInfoFile: `${name}.tsbuildinfo`,
      types: ['node'],
      typeRoots: [`${up}/node_modules/@types`],
    },
    include: patterns.map((pattern) => `${up}/${folder}/${pattern}`),
    references: [{ path: `${up}/tsconfig.json` }],
  }),
);
const tsc = join(root, 'node_modules/typescript/bin/tsc');
const { status } = spawnSync(process.execPath, [tsc, '-p', join(cache, `${name}.json`)], {
  stdio: 'inherit',
});
process.exit(status ?? 1);
