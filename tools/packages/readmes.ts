import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { codeBlocks } from '../code-blocks.js';
import type { Check } from './check.js';
import { root } from './published-packages.js';
import { nodeVersions, typescriptVersions } from './toolbox.js';

/**
 * Every block of TypeScript of every README is a whole program: it compiles in a strict project, with the oldest and the newest
 * compiler, and runs, under the oldest and the newest Node. So does the quick start, under every Node.
 */
export const readmes: Check = {
  name: 'readmes',
  async run(context) {
    const problems: string[] = [];
    const notes: string[] = [];
    const project = await context.everything();
    const pages = [
      ['README.md', join(root, 'README.md')] as const,
      ...context.tarballs.map(
        ({ manifest: { name } }) => [name, join(project.folder, 'node_modules', name, 'README.md')] as const,
      ),
    ];
    const programs = pages.flatMap(([page, path]) =>
      codeBlocks(readFileSync(path, 'utf8')).map((block, i) => ({
        ...block,
        page,
        file: `${page.replaceAll(/[@/.]/g, '-')}-${String(i)}`,
        isOnEach: false,
      })),
    );
    const quickStart = readFileSync(join(root, 'docs/examples/quick-start.ts'), 'utf8');
    programs.push({ code: quickStart, runs: true, page: 'quick start', file: 'quick-start', isOnEach: true });
    for (const { file, code } of programs) project.write(`readmes/${file}.ts`, code);
    const config = project.write(
      'readmes/tsconfig.json',
      JSON.stringify({
        compilerOptions: {
          strict: true,
          exactOptionalPropertyTypes: true,
          noUncheckedIndexedAccess: true,
          verbatimModuleSyntax: true,
          // The declarations of @tensorflow/tfjs, with its layers, do not compile in any strict project; `types` checks ours.
          skipLibCheck: true,
          target: 'es2022',
          lib: ['es2023'],
          module: 'nodenext',
          types: ['node'],
          outDir: 'out',
          rootDir: '.',
        },
        files: programs.map(({ file }) => `${file}.ts`),
      }),
    );
    for (const version of [typescriptVersions[0], typescriptVersions.at(-1) ?? '']) {
      const compiler = await context.toolbox.typescript(version);
      if ('why' in compiler) notes.push(`skipped TypeScript ${version}: ${compiler.why}`);
      else {
        const { code, output } = await project.run(process.execPath, [compiler.path, '-p', config]);
        if (code !== 0) problems.push(`TypeScript ${version}:\n${output.trim().slice(0, 3000)}`);
      }
    }
    for (const version of nodeVersions) {
      const isOutermost = version === nodeVersions[0] || version === nodeVersions.at(-1);
      const node = await context.toolbox.node(version);
      if ('why' in node) notes.push(`skipped Node ${version}: ${node.why}`);
      else
        for (const { file, page, runs, isOnEach } of programs) {
          if (!runs || !(isOutermost || isOnEach)) continue;
          const { code, output } = await project.run(node.path, [`readmes/out/${file}.js`]);
          if (code !== 0) problems.push(`${page}, Node ${version}:\n${output.trim().slice(-2000)}`);
        }
    }
    notes.unshift(
      `${String(programs.length)} programs of ${String(pages.length)} READMEs and the quick start`,
    );
    return { problems, notes };
  },
};
