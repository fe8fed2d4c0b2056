// `npm run api`: writes the public face of each package to api/. `-- --released` also keeps them as those of the last release.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../packages/published-packages.js';
import { apiReports, digestOf, reportPath } from './api-reports.js';

execFileSync('npx', ['tsc', '-b'], { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
mkdirSync(join(root, 'api'), { recursive: true });
const released: Record<string, string> = {};
for (const [one, report] of apiReports()) {
  writeFileSync(reportPath(one), report);
  released[one.manifest.name] = digestOf(report);
}
if (process.argv.includes('--released'))
  writeFileSync(join(root, 'api/released.json'), `${JSON.stringify(released, null, 2)}\n`);
