// `npm run test:browser`: the tests in a page, on each backend that the browser has. `npm test` has those on WebAssembly.
import { run } from './workspace.mjs';

run('npx', ['vitest', 'run', '--project', 'browser*', ...process.argv.slice(2)], { ULMFIT_BROWSER: 'all' });
