import { cpSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createPlugin, pluginKinds, type PluginKind } from 'create-ulmfit-plugin';
import type { Check, CheckContext } from './check.js';
import { metadataProblems } from './metadata.js';
import type { Project } from './project.js';
import { root } from './published-packages.js';

const examples = join(root, 'docs/examples/third-party');

/**
 * Packages as strangers would publish them: those of `docs/examples/third-party`, and one of each kind that
 * `npm create ulmfit-plugin` makes. Each is installed from tarballs, compiles, passes its own tests, and is packed as publint and attw
 * ask for.
 */
export const plugins: Check = {
  name: 'plugins',
  async run(context) {
    const problems: string[] = [];
    const tried: string[] = [];
    const attempt = async (name: string, fill: (project: Project) => void) => {
      using project = context.project();
      fill(project);
      tried.push(name);
      for (const problem of await tryPlugin(context, project)) problems.push(`${name}: ${problem}`);
    };
    for (const example of readdirSync(examples)) {
      await attempt(example, ({ folder }) =>
        cpSync(join(examples, example), folder, {
          recursive: true,
          filter: (path) => !['node_modules', 'dist'].includes(basename(path)),
        }),
      );
    }
    problems.push(...(await madeByCommand(context)));
    for (const kind of Object.keys(pluginKinds) as PluginKind[]) {
      await attempt(`a new ${kind}`, (project) => {
        const created = createPlugin({
          name: `ulmfit-new-${kind}`,
          kind,
          folder: join(project.folder, 'new'),
        });
        cpSync(created.folder, project.folder, { recursive: true });
      });
    }
    return { problems, notes: [`${String(tried.length)} packages: ${tried.join(', ')}`] };
  },
};

/** @returns what is wrong with the package in a project's folder */
async function tryPlugin({ toolbox }: CheckContext, project: Project): Promise<string[]> {
  for (const args of [
    ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'],
    ['test'],
    ['pack'],
  ]) {
    const { code, output } = await project.run('npm', args);
    if (code !== 0) return [`npm ${args[0] ?? ''}\n${output.trim()}`];
  }
  const tarball = readdirSync(project.folder).find((name) => name.endsWith('.tgz')) ?? '';
  return metadataProblems(toolbox, tarball, join(project.folder, tarball));
}

/** The command as `npm create` runs it, from its tarball. */
async function madeByCommand(context: CheckContext): Promise<string[]> {
  using project = context.project();
  const generator = context.tarballs.find(({ manifest }) => manifest.name === 'create-ulmfit-plugin');
  if (!generator) return ['create-ulmfit-plugin is not packed'];
  await project.install(generator.path);
  const { code, output } = await project.run('npx', [
    '--no-install',
    'create-ulmfit-plugin',
    'fancy',
    '--kind',
    'task',
  ]);
  const files = code === 0 ? readdirSync(join(project.folder, 'fancy')) : [];
  return files.includes('package.json') && files.includes('src')
    ? []
    : [`create-ulmfit-plugin fancy\n${output}`];
}
