// `npm start` on a fresh clone: installs what is missing and runs every stage on the embedded sample.
import { build, installDependencies, installEngine, step, ulmfit } from './workspace.mjs';

installDependencies();
build();
installEngine();
step('Running the pipeline on the embedded sample');
ulmfit('run', '--data', 'sample', '--preset', 'tiny', '--out', 'runs/sample', ...process.argv.slice(2));
