import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { execute } from './project.js';
import { readManifest } from './published-packages.js';

/** The versions of Node that are promised, oldest first. */
export const nodeVersions = ['20', '22', '24', '26'] as const;

/** The versions of TypeScript that are promised, oldest first. */
export const typescriptVersions = ['5.7', '5.8', '5.9', '6.0', '7.0'] as const;

/** Tools that only these checks need: kept out of the workspace, where they would slow every install. */
const tools = { '@arethetypeswrong/core': '0.18.5', knip: '6.44.2', publint: '0.3.25' };

/** What is installed once and kept in a cache folder: other Nodes, other compilers, and the tools. */
export class Toolbox {
  readonly folder = join(
    process.env['ULMFIT_TOOLBOX'] ??
      join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'ulmfit-toolbox'),
  );

  /** The executable of a Node version, or why there is none. */
  async node(version: string): Promise<{ path: string } | { why: string }> {
    if (process.versions.node.startsWith(`${version}.`)) return { path: process.execPath };
    // npm's packages that hold Node's own binaries.
    const binaries = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
    const why = await this.#install(`node-${version}`, { [binaries]: version });
    if (why !== undefined) return { why };
    const folder = join(this.folder, `node-${version}`, 'node_modules', binaries, 'bin');
    return { path: join(folder, process.platform === 'win32' ? 'node.exe' : 'node') };
  }

  /** The compiler of a TypeScript version, to be run by Node. */
  async typescript(version: string): Promise<{ path: string } | { why: string }> {
    const why = await this.#install(`typescript-${version}`, { typescript: `~${version}.0` });
    if (why !== undefined) return { why };
    return { path: join(this.folder, `typescript-${version}`, 'node_modules', 'typescript', 'bin', 'tsc') };
  }

  /** Loads one of the tools, or a module of it. */
  async tool(name: string): Promise<unknown> {
    return import(pathToFileURL(createRequire(join(await this.#tools(), 'package.json')).resolve(name)).href);
  }

  /** The command that a tool installs. */
  async command(name: keyof typeof tools): Promise<string> {
    const folder = join(await this.#tools(), 'node_modules', name);
    const { bin } = readManifest(folder) as { bin?: string | Record<string, string> };
    return join(folder, (typeof bin === 'string' ? bin : bin?.[name]) ?? '');
  }

  async #tools(): Promise<string> {
    const name = `tools-${Object.values(tools).join('-')}`;
    const why = await this.#install(name, tools);
    if (why !== undefined) throw new Error(why);
    return join(this.folder, name);
  }

  /** @returns why it could not be had */
  async #install(name: string, dependencies: Record<string, string>): Promise<string | undefined> {
    const folder = join(this.folder, name);
    const mark = join(folder, 'installed');
    if (existsSync(mark)) return undefined;
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }));
    const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
    const { code, output } = await execute('npm', ['install', ...flags], folder);
    if (code !== 0) return output.trim().split('\n')[0] ?? 'npm install failed';
    writeFileSync(mark, '');
    return undefined;
  }
}
