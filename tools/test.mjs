// `npm test` on a fresh clone: installs, builds, lints and runs every test.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, installDependencies, installEngine, inBackground, step } from './workspace.mjs';

installDependencies();
build();
installEngine();
step('Testing, with types and lint beside it');
const folder = mkdtempSync(join(tmpdir(), 'ulmfit-test-'));
const report = join(folder, 'report.json');
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
const [tests, ...checks] = await Promise.all([
  inBackground('npx', ['vitest', 'run', ...reporters, ...process.argv.slice(2)], { isShown: true }),
  inBackground('npx', ['tsc', '-p', 'tsconfig.test.json']),
  inBackground('npx', ['eslint', '--cache', '--cache-location', 'node_modules/.cache/eslint/', '.']),
  inBackground('npx', ['prettier', '--check', '--cache', '--log-level', 'warn', '.']),
]);
if (existsSync(report)) {
  const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(report, 'utf8'));
  console.log(`\n${numPassedTests} passed, ${numFailedTests} failed, ${numPendingTests} skipped`);
}
rmSync(folder, { recursive: true });
for (const { command, code, output } of checks) {
  console.log(`\n${code === 0 ? 'passed' : 'FAILED'}: ${command}`);
  if (code !== 0) console.log(output);
}
process.exit([tests, ...checks].find(({ code }) => code !== 0)?.code ?? 0);
