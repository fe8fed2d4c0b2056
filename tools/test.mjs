// `npm test` on a fresh clone: installs, builds, lints and runs every test.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { build, installDependencies, installEngine, root, run, step } from './workspace.mjs';

installDependencies();
build();
step('Type-checking the tests');
run('npx', ['tsc', '-p', 'tsconfig.test.json']);
step('Linting');
run('npx', ['eslint', '.']);
run('npx', ['prettier', '--check', '--log-level', 'warn', '.']);
installEngine();
step('Testing');
const folder = mkdtempSync(join(tmpdir(), 'ulmfit-test-'));
const report = join(folder, 'report.json');
const { status } = spawnSync(
  'npx',
  [
    'vitest',
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...process.argv.slice(2),
  ],
  { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' },
);
if (existsSync(report)) {
  const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(report, 'utf8'));
  console.log(`\n${numPassedTests} passed, ${numFailedTests} failed, ${numPendingTests} skipped`);
}
rmSync(folder, { recursive: true });
process.exit(status ?? 1);
