import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import '@tensorflow/tfjs-backend-cpu';
import { expect, it } from 'vitest';
import { requireBackend } from './require-backend.js';

const workspace = fileURLToPath(new URL('../../..', import.meta.url));

it('says in one line what to import where nothing computes', () => {
  expect(() => requireBackend()).not.toThrow();
  // Backends stay registered in a process, so it takes another.
  const program = `
    import { createLanguageModel } from '@ulmfit/awd-lstm';
    try {
      createLanguageModel({ vocabulary: 10 });
    } catch (error) {
      console.log(error.code, error.message);
    }`;
  const conditions = ['--conditions=@ulmfit/source', '--import', './tools/typescript-loader.mjs'];
  const { stdout } = spawnSync(process.execPath, [...conditions, '--input-type=module', '-e', program], {
    cwd: workspace,
    encoding: 'utf8',
  });
  expect(stdout).toBe(
    "NO_BACKEND TensorFlow.js has no backend here: import '@tensorflow/tfjs', or call useBackend() of @ulmfit/backend-node first\n",
  );
});
