import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the workspace. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** What the checks read of a `package.json`. */
export interface PackageManifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly exports?: Record<string, string | Record<string, string>>;
  readonly dependencies?: Record<string, string>;
  readonly peerDependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
  readonly [field: string]: unknown;
}

/** A package of the workspace that goes to the registry. */
export interface PublishedPackage {
  /** Below the root: `packages/text`. */
  readonly folder: string;
  readonly manifest: PackageManifest;
}

export const readManifest = (folder: string): PackageManifest =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as PackageManifest;

/** Every package that is published, in the order of their folders. */
export function publishedPackages(): PublishedPackage[] {
  return ['packages', 'apps']
    .flatMap((part) => readdirSync(join(root, part)).map((name) => `${part}/${name}`))
    .filter((folder) => existsSync(join(root, folder, 'package.json')))
    .map((folder) => ({ folder, manifest: readManifest(join(root, folder)) }))
    .filter(({ manifest }) => manifest.private !== true);
}

/** What users import of a package: `['@ulmfit/text', '@ulmfit/text/tokens']`. */
export function entryPoints({ name, exports = {} }: PackageManifest): string[] {
  return Object.keys(exports)
    .filter((path) => path !== './package.json')
    .map((path) => name + path.slice(1));
}

/** A package as a file that the registry could take. */
export interface Tarball extends PublishedPackage {
  readonly path: string;
}

// By a variable: it is plain JavaScript, which the compiler has no types for.
const staleOutputs = new URL('../stale-outputs.mjs', import.meta.url).href;
const { removeStaleOutputs } = (await import(/* @vite-ignore */ staleOutputs)) as {
  removeStaleOutputs(folder: string): void;
};

/** Packs packages of the workspace as `npm publish` would, into a folder. They must be built. */
export function packPackages(packages: readonly PublishedPackage[], into: string): Tarball[] {
  mkdirSync(into, { recursive: true });
  for (const { folder } of packages) removeStaleOutputs(join(root, folder));
  const args = packages.flatMap(({ manifest }) => ['--workspace', manifest.name]);
  const output = execFileSync(
    'npm',
    ['pack', '--json', '--ignore-scripts', '--pack-destination', into, ...args],
    {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
    },
  );
  const packed = Object.values(JSON.parse(output) as Record<string, { name: string; filename: string }>);
  return packages.map((one) => {
    const filename = packed.find(({ name }) => name === one.manifest.name)?.filename;
    if (filename === undefined) throw new Error(`npm pack: no tarball of ${one.manifest.name}`);
    return { ...one, path: join(into, filename) };
  });
}
