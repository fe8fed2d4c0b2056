// `npm run wasm`: compiles packages/kernels/assembly into the module that the package has, by AssemblyScript. Its compiler is fetched
// for that alone: it is thirty times the size of the rest of what developers install, and the source changes seldom.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './workspace.mjs';

const source = 'packages/kernels/assembly/lstm-layer.ts';
const folder = mkdtempSync(join(tmpdir(), 'ulmfit-wasm-'));
/** @param {string[]} features */
function compiled(features) {
  const target = join(folder, 'module.wasm');
  const flags = ['-O3', '--noAssert', '--runtime', 'stub', '--initialMemory', '1', '-o', target];
  const enabled = features.flatMap((feature) => ['--enable', feature]);
  execFileSync('npx', ['--yes', '--package=assemblyscript@0.28.20', 'asc', source, ...flags, ...enabled], {
    cwd: root,
    stdio: 'inherit',
  });
  return readFileSync(target).toString('base64');
}
const sha256 = createHash('sha256')
  .update(readFileSync(join(root, source)))
  .digest('hex');
writeFileSync(
  join(root, 'packages/kernels/src/wasm/lstm-layer-module.ts'),
  `// Made of assembly/lstm-layer.ts by \`npm run wasm\`: don't edit.

/** Of the source; a test holds it to it. */
export const sourceSha256 = '${sha256}';
/** With instructions of 4 numbers. */
export const simdModule =
  '${compiled(['simd'])}';
/** With multiply-add too. */
export const relaxedSimdModule =
  '${compiled(['simd', 'relaxed-simd'])}';
`,
);
rmSync(folder, { recursive: true });
