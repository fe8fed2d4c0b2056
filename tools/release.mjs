// `npm run release`: publishes the packages whose version is not on the registry yet, in the release job alone.
import { releasePlan } from './release-plan.mjs';
import { build, run, step } from './workspace.mjs';

const plan = releasePlan(process.argv.slice(2), process.env);
if (plan.does === 'refuse') {
  console.error(plan.why);
  process.exit(2);
}
build();
if (plan.does === 'show') {
  step('What would be published');
  run('npm', ['pack', '--dry-run', '--workspaces']);
} else {
  step('Publishing');
  run('npx', ['changeset', 'publish']);
}
