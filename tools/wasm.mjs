// `npm run wasm`: compiles packages/kernels/assembly into the modules that the package has, by AssemblyScript. Its compiler is fetched
// for that alone: it is thirty times the size of the rest of what developers install, and the sources change seldom.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './workspace.mjs';

/** Each is a module of its own; what they share is in activations.ts. */
const kernels = ['lstm-layer', 'lstm-gradient', 'lstm-int8'];
const assembly = 'packages/kernels/assembly';
const folder = mkdtempSync(join(tmpdir(), 'ulmfit-wasm-'));
/**
 * @param {string} source
 * @param {string[]} features
 */
function compiled(source, features) {
  const target = join(folder, 'module.wasm');
  const flags = ['-O3', '--noAssert', '--runtime', 'stub', '--initialMemory', '1', '-o', target];
  // Of vectors that functions exchange: none that JavaScript calls does.
  flags.push('--disableWarning', '112');
  const enabled = features.flatMap((feature) => ['--enable', feature]);
  execFileSync('npx', ['--yes', '--package=assemblyscript@0.28.20', 'asc', source, ...flags, ...enabled], {
    cwd: root,
    stdio: 'inherit',
  });
  return readFileSync(target).toString('base64');
}
for (const kernel of kernels) {
  const source = `${assembly}/${kernel}.ts`;
  const hash = createHash('sha256');
  for (const file of [`${assembly}/activations.ts`, source]) hash.update(readFileSync(join(root, file)));
  writeFileSync(
    join(root, `packages/kernels/src/wasm/${kernel}-module.ts`),
    `// Made of assembly/${kernel}.ts by \`npm run wasm\`: don't edit.

/** Of the source and activations.ts; a test holds it to them. */
export const sourceSha256 = '${hash.digest('hex')}';
/** With instructions of 4 numbers. */
export const simdModule =
  '${compiled(source, ['simd'])}';
/** With multiply-add too. */
export const relaxedSimdModule =
  '${compiled(source, ['simd', 'relaxed-simd'])}';
`,
  );
}
rmSync(folder, { recursive: true });
