import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, it } from 'vitest';

// Packages of strangers, whose code stands in docs/examples/third-party: each is copied out of the workspace, compiled against what
// the packages here ship, and tests itself, as after an `npm install` of its own.
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const all = readdirSync(join(root, 'docs/examples/third-party'));
// The encoder, which needs the most, and one of the others by a seed; `npm run test:packages` has all, from tarballs.
const seed = Number(process.env['ULMFIT_PACKAGES_SEED'] ?? 1);
const others = all.filter((name) => name !== 'gru-encoder');
const strangers = ['gru-encoder', others[seed % others.length] ?? ''];
const packages = readdirSync(join(root, 'packages')).filter((name) =>
  existsSync(join(root, 'packages', name, 'package.json')),
);
const unbuilt = packages.filter((name) => !existsSync(join(root, 'packages', name, 'dist/index.js')));

const place = mkdtempSync(join(tmpdir(), 'ulmfit-third-party-'));
afterAll(() => rmSync(place, { recursive: true, force: true }));

/** Copies a package, with links to what it depends on instead of an installation. */
function installed(name: string): string {
  const folder = join(place, name);
  cpSync(join(root, 'docs/examples/third-party', name), folder, { recursive: true });
  const modules = join(folder, 'node_modules');
  for (const scope of ['@ulmfit', '@types']) mkdirSync(join(modules, scope), { recursive: true });
  const link = (from: string, to: string) => symlinkSync(join(root, from), join(modules, to), 'junction');
  for (const each of packages) link(`packages/${each}`, `@ulmfit/${each}`);
  for (const each of ['@tensorflow', '@types/node', 'typescript']) link(`node_modules/${each}`, each);
  return folder;
}

describe.skipIf(unbuilt.length > 0)(
  `packages of strangers${unbuilt.length > 0 ? ' (skipped: `npm run build` was not run)' : ''}`,
  () => {
    it.each(strangers)('%s compiles, and passes its own tests', async (name) => {
      const folder = installed(name);
      const node = async (...args: string[]) => {
        try {
          await promisify(execFile)(process.execPath, args, { cwd: folder });
        } catch (error) {
          // All that it says, and nothing twice.
          const { stdout, stderr } = error as { stdout: string; stderr: string };
          throw new Error(`node ${args.join(' ')}\n${stdout}${stderr}`);
        }
      };
      await node('node_modules/typescript/bin/tsc');
      const tests = readdirSync(join(folder, 'dist/test')).filter((file) => file.endsWith('.test.js'));
      // TensorFlow.js has its gradients and a backend from there.
      await node('--import', '@tensorflow/tfjs', '--test', ...tests.map((file) => `dist/test/${file}`));
    });
  },
);
