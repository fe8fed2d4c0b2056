import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readManifest, root } from './packages/published-packages.js';

const manifests = ['packages', 'apps', 'tools']
  .flatMap((part) => readdirSync(join(root, part)).map((name) => `${part}/${name}`))
  .filter((folder) => existsSync(join(root, folder, 'package.json')))
  .map((folder) => ({ folder, manifest: readManifest(join(root, folder)) }));

/** A package and all that name it, or what names it, for running or for their tests. */
function dependents(name: string, found = new Set<string>()): Set<string> {
  if (found.has(name)) return found;
  found.add(name);
  for (const { manifest } of manifests) {
    const names = { ...manifest.dependencies, ...manifest.peerDependencies, ...manifest.devDependencies };
    if (name in names) dependents(manifest.name, found);
  }
  return found;
}

/** What nx says of the projects that a change of these files touches. */
const nx = (...args: string[]): unknown =>
  JSON.parse(
    execFileSync(process.execPath, [join(root, 'node_modules/.bin/nx'), ...args], {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, NX_DAEMON: 'false' },
    }),
  );

describe('nx', () => {
  it.each(manifests)('knows how to check $folder', ({ folder, manifest }) => {
    expect(manifest['scripts']).toMatchObject({
      ...(folder.startsWith('tools/') ? {} : { build: expect.stringMatching(/^tsc -b\b/) as string }),
      typecheck: 'node ../../tools/typecheck.mjs',
      test: `vitest run --root ../.. ${folder}/`,
      lint: 'eslint .',
    });
  });

  it.each(['schedulers', 'linear', 'errors'])('takes what depends on %s, and nothing else', (name) => {
    const affected = nx('show', 'projects', '--affected', `--files=packages/${name}/src/index.ts`, '--json');
    expect((affected as string[]).sort()).toEqual([...dependents(`@ulmfit/${name}`)].sort());
  });

  it('tests and type-checks what depends on a change, and builds what they need', () => {
    const targets = ['build', 'typecheck', 'test', 'lint'];
    const graph = nx(
      ...['affected', '-t', ...targets, '--files=packages/tensorboard/src/index.ts', '--graph=stdout'],
    ) as {
      tasks: { tasks: Record<string, { cache: boolean; target: { project: string; target: string } }> };
    };
    const tasks = Object.values(graph.tasks.tasks);
    const projects = (wanted: string) =>
      tasks.filter(({ target }) => target.target === wanted).map(({ target }) => target.project);
    const touched = [...dependents('@ulmfit/tensorboard')].sort();
    for (const target of ['typecheck', 'test', 'lint']) expect(projects(target).sort()).toEqual(touched);
    expect(projects('build')).toEqual(expect.arrayContaining(['@ulmfit/tensorboard', '@ulmfit/trainer']));
    expect(tasks.every(({ cache }) => cache)).toBe(true);
  });
});
