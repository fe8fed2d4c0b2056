// `npm start` on a fresh clone: installs what is missing and runs the IMDb pipeline on the embedded sample.
import { join } from 'node:path';
import { build, installDependencies, installEngine, root, run, step } from './workspace.mjs';

installDependencies();
build();
installEngine();
step('Running the pipeline on the embedded sample');
run(process.execPath, [join(root, 'apps/imdb/dist/main.js')]);
console.log('\nNext: npx ulmfit run --data sample --preset tiny --out runs/sample');
