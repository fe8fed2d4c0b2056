// `npm run test:faults`: kills runs and installations at random moments, fills a disk, and holds what comes of it to runs that
// nobody disturbed. See docs/reliability.md.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build, installDependencies, installEngine, step } from '../workspace.mjs';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    'no-build': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(`npm run test:faults -- [options]

  --kills N    kills in all; default 60
  --seed S     draws the moments, as far as the machine lets it; default 1
  --no-build   takes what is built and installed`);
  process.exit();
}
const [kills, seed] = [values.kills, values.seed].map((text) => (/^\d+$/.test(text) ? Number(text) : NaN));
if (kills === undefined || seed === undefined || Number.isNaN(kills) || Number.isNaN(seed)) {
  console.error('--kills and --seed are whole numbers');
  process.exit(2);
}
if (!values['no-build']) {
  installDependencies();
  build();
  installEngine();
}
// Only now is there what these import.
const { allFaults } = await import('./all-faults.mjs');
const root = mkdtempSync(join(tmpdir(), 'ulmfit-faults-'));
step(`Killing ${kills} times, from seed ${seed}`);
const isSound = await allFaults({ root, kills, seed, say: console.log });
if (isSound) rmSync(root, { recursive: true });
else console.log(`what is left lies in ${root}`);
process.exit(isSound ? 0 : 1);
