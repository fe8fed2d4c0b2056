// `npm run test:packages`: what the packages promise to strangers, tried on the tarballs that a release would publish, in empty
// projects outside the workspace. `-- --only types,alone` runs some of the checks.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { alone } from './alone.js';
import { copies } from './copies.js';
import { bundles } from './bundles.js';
import { commandLine } from './command-line.js';
import { CheckContext, type Check } from './check.js';
import { knip } from './knip.js';
import { localRegistry } from './local-registry.js';
import { plugins } from './plugins.js';
import { packPackages, publishedPackages, root } from './published-packages.js';
import { Toolbox } from './toolbox.js';
import { metadata } from './metadata.js';
import { readmes } from './readmes.js';
import { types } from './types.js';

const checks: Check[] = [metadata, knip, alone, copies, types, readmes, commandLine, bundles, plugins];

const { values } = parseArgs({ options: { only: { type: 'string' } } });
const wanted = values.only?.split(',');
const unknown = wanted?.filter((name) => !checks.some((check) => check.name === name)) ?? [];
if (unknown.length > 0) {
  console.error(
    `test:packages: ${unknown.join(', ')}: there are ${checks.map(({ name }) => name).join(', ')}`,
  );
  process.exit(2);
}

execFileSync('npx', ['tsc', '-b'], { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
const folder = mkdtempSync(join(tmpdir(), 'ulmfit-tarballs-'));
let passed = 0;
let failed = 0;
try {
  const tarballs = packPackages(publishedPackages(), folder);
  await using registry = await localRegistry(tarballs);
  await using context = new CheckContext(tarballs, registry, new Toolbox());
  for (const check of checks.filter(({ name }) => wanted?.includes(name) ?? true)) {
    const started = performance.now();
    const { problems, notes } = await check.run(context);
    const seconds = ((performance.now() - started) / 1000).toFixed(0);
    console.log(
      `${problems.length === 0 ? 'passed' : 'FAILED'}  ${check.name} (${seconds} s): ${notes.join('; ')}`,
    );
    for (const problem of problems) console.log(`  ${problem.replaceAll('\n', '\n  ')}`);
    if (problems.length === 0) passed++;
    else failed++;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`\n${String(passed)} passed, ${String(failed)} failed`);
process.exitCode = failed === 0 ? 0 : 1;
