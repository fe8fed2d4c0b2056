// What `npm start` and `npm test` share. Only Node's own modules: it runs before anything is installed.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { removeStaleOutputs } from './stale-outputs.mjs';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Runs a command in the workspace, its output shown; ends the process with its exit code when it fails. */
export function run(command, args, env = {}) {
  const result = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...env },
    shell: process.platform === 'win32',
  });
  if (result.error) throw result.error;
  if (result.status !== 0) process.exit(result.status ?? 1);
}

/**
 * Runs a command in the workspace beside others.
 * @returns its exit code, and its output unless that is shown as it comes
 */
export function inBackground(command, args, { isShown = false } = {}) {
  const child = spawn(command, args, {
    cwd: root,
    stdio: isShown ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text) => (output += text));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ command: [command, ...args].join(' '), code: code ?? 1, output }));
  });
}

export const step = (title) => console.log(`\n=== ${title}`);

/** Installs what the lockfile names, unless that is what is installed. */
export function installDependencies() {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  const mark = join(root, 'node_modules', '.ulmfit-lock');
  if (existsSync(mark) && readFileSync(mark, 'utf8') === lock) return;
  step('Installing dependencies');
  run('npm', ['ci', '--no-audit', '--no-fund']);
  mkdirSync(dirname(mark), { recursive: true });
  writeFileSync(mark, lock);
}

export function build() {
  step('Building');
  for (const part of ['packages', 'apps'])
    for (const name of readdirSync(join(root, part))) removeStaleOutputs(join(root, part, name));
  // What `nx run-many -t build` does by a process for each package; one for all takes a quarter of the processor's time.
  run('npx', ['tsc', '-b']);
  run(process.execPath, [join(root, 'apps/ulmfit/bundle.mjs')]);
}

export const ulmfit = (...args) => run(process.execPath, [join(root, 'apps/ulmfit/bin/ulmfit.js'), ...args]);

/** Puts the engine in place; quick where it is there already. */
export function installEngine() {
  step('Putting the engine in place');
  ulmfit('engine', 'install');
}
