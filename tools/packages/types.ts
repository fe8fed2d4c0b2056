import type { Check } from './check.js';
import { entryPoints } from './published-packages.js';
import { typescriptVersions } from './toolbox.js';

const modules = { node16: 'node16', nodenext: 'nodenext', bundler: 'esnext' } as const;
type Resolution = keyof typeof modules;

/** The projects that a compiler is tried on: how modules are found, and which libraries there are. */
const projects = (version: string): [Resolution, string[]][] => {
  const plain: [Resolution, string[]][] = [['nodenext', ['es2023', 'dom']]];
  const isFirstOrLast = version === typescriptVersions[0] || version === typescriptVersions.at(-1);
  return isFirstOrLast
    ? [...plain, ['nodenext', ['es2023']], ['node16', ['es2023', 'dom']], ['bundler', ['es2023', 'dom']]]
    : plain;
};

/**
 * All declarations hold in a strict project that checks its libraries (`skipLibCheck: false`), for every TypeScript that is
 * promised. With the oldest and the newest each module resolution is tried, and a project without the types of the DOM.
 */
export const types: Check = {
  name: 'types',
  async run(context) {
    const problems: string[] = [];
    const notes: string[] = [];
    const project = await context.everything();
    const entries = context.tarballs
      .flatMap(({ manifest }) => entryPoints(manifest))
      .filter((e) => !e.endsWith('.json'));
    project.write(
      'types/all.ts',
      entries.map((entry, i) => `export * as m${String(i)} from '${entry}';\n`).join(''),
    );
    const tried: string[] = [];
    for (const version of typescriptVersions) {
      const compiler = await context.toolbox.typescript(version);
      if ('why' in compiler) {
        notes.push(`skipped TypeScript ${version}: ${compiler.why}`);
        continue;
      }
      tried.push(version);
      for (const [moduleResolution, lib] of projects(version)) {
        const config = project.write(
          'types/tsconfig.json',
          JSON.stringify({
            extends: '@ulmfit/kernels/tfjs-types.json',
            compilerOptions: {
              noEmit: true,
              strict: true,
              exactOptionalPropertyTypes: true,
              noUncheckedIndexedAccess: true,
              skipLibCheck: false,
              target: 'es2022',
              lib,
              module: modules[moduleResolution],
              moduleResolution,
              types: ['node'],
            },
            files: ['all.ts'],
          }),
        );
        const { code, output } = await project.run(process.execPath, [compiler.path, '-p', config]);
        if (code !== 0)
          problems.push(
            `TypeScript ${version}, ${moduleResolution}, lib ${lib.join(' and ')}:\n${output.trim().split('\n').slice(0, 10).join('\n')}`,
          );
      }
    }
    notes.unshift(
      `${String(entries.length)} entry points with TypeScript ${tried.join(', ')}, ${Object.keys(modules).join(', ')}, without skipLibCheck`,
    );
    return { problems, notes };
  },
};
