import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Check } from './check.js';
import { root } from './published-packages.js';
import { nodeVersions } from './toolbox.js';

/** The commands of the quick start that need nothing but the package: up to the first that wants data. */
export const quickStartCommands = (page: string): string[][] =>
  [...page.matchAll(/^npx ulmfit ((?:run --data sample|predict --model runs\/sample|doctor)[^#\n]*)/gm)].map(
    ([, rest = '']) => (rest.match(/"[^"]*"|\S+/g) ?? []).map((word) => word.replaceAll('"', '')),
  );

/**
 * The command line of the tarballs goes through its quick start under each Node, on the engine that `ulmfit engine install` puts in
 * place: from the user's cache, where it is there already.
 */
export const commandLine: Check = {
  name: 'command-line',
  async run(context) {
    const problems: string[] = [];
    const notes: string[] = [];
    const tarball = context.tarballs.find(({ manifest }) => manifest.name === 'ulmfit');
    if (!tarball) return { problems: ['there is no tarball of ulmfit'], notes };
    using project = context.project();
    await project.install(context.spec(tarball));
    const bin = 'node_modules/ulmfit/bin/ulmfit.js';
    const commands = quickStartCommands(readFileSync(join(root, 'docs/quick-start.md'), 'utf8'));
    const engine = await project.run(process.execPath, [bin, 'engine', 'install']);
    if (engine.code !== 0) problems.push(`engine install:\n${engine.output.trim().slice(-2000)}`);
    for (const version of nodeVersions) {
      const node = await context.toolbox.node(version);
      if ('why' in node) {
        notes.push(`skipped Node ${version}: ${node.why}`);
        continue;
      }
      const started = performance.now();
      for (const command of commands) {
        const words = command.map((word) => word.replace('runs/sample', `runs/node-${version}`));
        const { code, output } = await project.run(node.path, [bin, ...words]);
        const isAnswered = words[0] !== 'predict' || /\b(?:pos|neg)\b/.test(output);
        if (code !== 0 || !isAnswered)
          problems.push(`Node ${version}, ulmfit ${words.join(' ')}:\n${output.trim().slice(-2000)}`);
      }
      notes.push(`Node ${version} in ${((performance.now() - started) / 1000).toFixed(0)} s`);
    }
    notes.unshift(`${String(commands.length)} commands of the quick start`);
    return { problems, notes };
  },
};
