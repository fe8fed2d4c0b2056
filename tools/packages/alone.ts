import type { Check } from './check.js';
import { entryPoints } from './published-packages.js';
import { nodeVersions } from './toolbox.js';

/** Each package, installed alone into an empty project, can be imported under every Node that is promised. */
export const alone: Check = {
  name: 'alone',
  async run(context) {
    const problems: string[] = [];
    const notes: string[] = [];
    const nodes: [version: string, path: string][] = [];
    for (const version of nodeVersions) {
      const node = await context.toolbox.node(version);
      if ('path' in node) nodes.push([version, node.path]);
      else notes.push(`skipped Node ${version}: ${node.why}`);
    }
    for (const tarball of context.tarballs) {
      using project = context.project();
      await project.install(context.spec(tarball));
      const entries = entryPoints(tarball.manifest).filter((entry) => !entry.endsWith('.json'));
      const script = project.write(
        'import-all.js',
        `const loaded = await Promise.all(${JSON.stringify(entries)}.map((name) => import(name)));\n` +
          'if (loaded.some((module) => Object.keys(module).length === 0)) throw new Error("exports nothing");\n',
      );
      for (const [version, path] of nodes) {
        const { code, output } = await project.run(path, [script]);
        // A warning on import would stand in every program of a user.
        if (code !== 0 || output.trim() !== '')
          problems.push(`${tarball.manifest.name}, Node ${version}: ${output.trim()}`);
      }
    }
    notes.unshift(
      `${String(context.tarballs.length)} packages, each alone, under Node ${nodes.map(([version]) => version).join(', ')}`,
    );
    return { problems, notes };
  },
};
