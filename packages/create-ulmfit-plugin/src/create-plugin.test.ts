import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createPlugin, parsePackageName, pluginKinds, type PluginKind } from './index.js';
import generatePlugin from './nx-generator.js';

const root = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));
const kinds = Object.keys(pluginKinds) as PluginKind[];
// One kind by a seed: `npm run test:packages` makes all of them.
const drawn = kinds[(Number(process.env['ULMFIT_PACKAGES_SEED'] ?? 1) + 1) % kinds.length] ?? 'schedule';

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'create-plugin-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

describe('parsePackageName', () => {
  it.each([
    ['ulmfit-step-decay', 'ulmfit-step-decay', 'step-decay', 'stepDecay', 'StepDecay'],
    ['@me/step.decay_2', 'step.decay_2', 'step-decay-2', 'stepDecay2', 'StepDecay2'],
    ['lion-plugin', 'lion-plugin', 'lion', 'lion', 'Lion'],
    ['ulmfit-plugin', 'ulmfit-plugin', 'plugin', 'plugin', 'Plugin'],
  ])('%s', (full, folder, file, camel, pascal) => {
    expect(parsePackageName(full)).toEqual({ full, folder, file, camel, pascal });
  });

  it.each([
    ['', /^the name "" is empty; choose one such as ulmfit-step-decay$/],
    ['Step', /^the name Step has capitals, which no new package may have/],
    ['../up', /^the name \.\.\/up is none that npm allows: lower-case letters/],
    ['.hidden', /is none that npm allows/],
    ['_mine', /is none that npm allows/],
    ['two words', /is none that npm allows/],
    ['a/b', /is none that npm allows/],
    ['@me/', /is none that npm allows/],
    ['a'.repeat(215), /is longer than 214 characters/],
    ['http', /is one of Node's own/],
    ['node_modules', /is none that npm allows|is one of Node's own/],
    ['2-fold', /begins with no letter, as its function would have to/],
  ])('refuses %j', (name, message) => {
    expect(() => parsePackageName(name)).toThrow(message);
  });
});

describe('createPlugin', () => {
  it.each(kinds)('writes a %s without a trace of the template’s names', (kind) => {
    const folder = join(temporaryFolder(), 'new');
    const { files } = createPlugin({ name: '@me/ulmfit-fancy', kind, folder });
    expect(files).toContain('src/fancy.test.ts');
    for (const path of files) {
      expect(path + readFileSync(join(folder, path), 'utf8')).not.toMatch(/my-?(plugin|package)/i);
    }
    const { name, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as object & {
      name: string;
      license: string;
    };
    expect([name, license]).toEqual(['@me/ulmfit-fancy', 'MIT']);
  });

  it.each(['class', 'mean', 'scalar', 'rate'])('gives one that is called %s a name that is free', (name) => {
    const folder = join(temporaryFolder(), 'new');
    createPlugin({ name, kind: 'regularizer', folder });
    const source = readFileSync(join(folder, `src/${name}.ts`), 'utf8');
    const isFree = name === 'rate';
    expect(source).toContain(`export function ${isFree ? name : `${name}Plugin`}(weight: number)`);
  });

  it('takes an empty folder and a new repository, and refuses any other', () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, '.git'));
    createPlugin({ name: 'fancy', kind: 'task', folder });
    const before = readdirSync(folder);
    expect(() => createPlugin({ name: 'fancy', kind: 'schedule', folder })).toThrow(
      /the folder is not empty \(.*\); choose another with --folder$/,
    );
    expect(readdirSync(folder)).toEqual(before);
    const file = join(folder, 'README.md');
    expect(() => createPlugin({ name: 'fancy', kind: 'schedule', folder: file })).toThrow(
      /README\.md: ENOTDIR/,
    );
  });

  it(`makes a package that compiles and passes its own tests: ${drawn}`, async () => {
    const folder = join(temporaryFolder(), 'new');
    createPlugin({ name: 'ulmfit-fancy', kind: drawn, folder });
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
    const { stdout } = await promisify(execFile)('npm', ['test'], {
      cwd: folder,
      shell: process.platform === 'win32',
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    expect(stdout).toMatch(/^\S+ pass [3-9]$/m);
    expect(stdout).toMatch(/^\S+ fail 0$/m);
    expect(readdirSync(join(folder, 'dist'))).toContain('index.d.ts');
  });
});

describe('the generator for nx', () => {
  it('writes the same files, and nothing over others', () => {
    const written = new Map<string, string>();
    const tree = {
      exists: (path: string) => path === 'packages/there',
      write: (path: string, text: string) => void written.set(path, text),
    };
    generatePlugin(tree, { name: '@me/fancy', kind: 'optimizer' });
    const folder = join(temporaryFolder(), 'new');
    const { files } = createPlugin({ name: '@me/fancy', kind: 'optimizer', folder });
    expect(Object.fromEntries(written)).toEqual(
      Object.fromEntries(
        files.map((path) => [`packages/fancy/${path}`, readFileSync(join(folder, path), 'utf8')]),
      ),
    );
    expect(() => generatePlugin(tree, { name: 'there', kind: 'task' })).toThrow(
      'packages/there already exists; choose another with --directory',
    );
    expect(() => generatePlugin(tree, { name: 'other', kind: 'tusk' })).toThrow('is it task?');
  });

  it('is where nx looks for it', () => {
    const read = (path: string) =>
      JSON.parse(readFileSync(join(root, 'packages/create-ulmfit-plugin', path), 'utf8')) as object;
    expect(read('generators.json')).toMatchObject({
      generators: { plugin: { factory: './dist/nx-generator.js' } },
    });
    expect(read('generator-schema.json')).toMatchObject({ properties: { kind: { enum: kinds } } });
  });
});
