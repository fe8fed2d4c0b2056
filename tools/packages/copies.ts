import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Check } from './check.js';
import { localRegistry, type Offer } from './local-registry.js';
import { Project } from './project.js';
import { readManifest, type Tarball } from './published-packages.js';
import { typescriptVersions } from './toolbox.js';

/** The same package, as a later version of itself. */
function laterVersion({ path, manifest }: Tarball, version: string): Offer {
  const folder = join(dirname(path), `${manifest.name.replaceAll(/\W/g, '-')}-${version}`);
  mkdirSync(folder, { recursive: true });
  execFileSync('tar', ['xzf', path, '-C', folder]);
  const unpacked = join(folder, 'package');
  const later = { ...readManifest(unpacked), version };
  writeFileSync(join(unpacked, 'package.json'), JSON.stringify(later));
  const tarball = join(folder, 'later.tgz');
  execFileSync('tar', ['czf', tarball, '-C', folder, 'package']);
  return { manifest: later, path: tarball };
}

/**
 * A second copy of trainer, kernels or errors, as npm installs one where two packages ask for different versions, breaks
 * neither types nor a fit: plugins, optimizers and models of one copy go with the trainer of another, and errors are recognised.
 */
export const copies: Check = {
  name: 'copies',
  async run(context) {
    const doubled = ['@ulmfit/trainer', '@ulmfit/kernels', '@ulmfit/errors', '@ulmfit/optimizers'];
    const seconds = context.tarballs
      .filter(({ manifest }) => doubled.includes(manifest.name))
      .map((one) => laterVersion(one, `${one.manifest.version.split('-')[0] ?? ''}-copy.1`));
    await using registry = await localRegistry([...seconds, ...context.tarballs]);
    using project = new Project(registry.url);
    const versionOf = (name: string) =>
      context.tarballs.find(({ manifest }) => manifest.name === name)?.manifest.version ?? '';
    const firsts = [
      ...doubled,
      '@ulmfit/awd-lstm',
      '@ulmfit/text',
      '@ulmfit/schedulers',
      '@ulmfit/regularizers',
    ];
    await project.install(
      ...firsts.map((name) => `${name}@${versionOf(name)}`),
      ...seconds.map(
        ({ manifest }) =>
          `second-${manifest.name.slice('@ulmfit/'.length)}@npm:${manifest.name}@${manifest.version}`,
      ),
      '@tensorflow/tfjs@4',
      '@types/node@20',
    );
    project.write('copies.ts', readFileSync(new URL('two-copies.ts.txt', import.meta.url), 'utf8'));
    project.write(
      'tsconfig.json',
      JSON.stringify({
        compilerOptions: {
          strict: true,
          exactOptionalPropertyTypes: true,
          skipLibCheck: true,
          target: 'es2022',
          module: 'nodenext',
          types: ['node'],
        },
        files: ['copies.ts'],
      }),
    );
    const compiler = await context.toolbox.typescript(typescriptVersions.at(-1) ?? '');
    if ('why' in compiler) return { problems: [], notes: [`skipped: no TypeScript: ${compiler.why}`] };
    const problems: string[] = [];
    const compiled = await project.run(process.execPath, [compiler.path, '-p', '.']);
    if (compiled.code !== 0) problems.push(`does not compile:\n${compiled.output.slice(0, 3000)}`);
    const ran = await project.run(process.execPath, ['copies.js']);
    if (ran.code !== 0) problems.push(`does not run:\n${ran.output.slice(-2000)}`);
    return { problems, notes: [`two copies each of ${doubled.join(', ')} in one program`] };
  },
};
