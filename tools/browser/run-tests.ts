// `npm run test:browser`: the tests in a page, on each backend that the browser has. `npm test` has the quick ones on WebAssembly.
import { spawnSync } from 'node:child_process';
import { chromium } from './chromium.js';

if (chromium === undefined) {
  console.log('Skipped: there is no Chromium. Install one, or name it by ULMFIT_CHROMIUM.');
  process.exit();
}
const { status } = spawnSync('npx', ['vitest', 'run', '--project', 'browser*', ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: { ...process.env, ULMFIT_BROWSER: 'all' },
  shell: process.platform === 'win32',
});
process.exit(status ?? 1);
