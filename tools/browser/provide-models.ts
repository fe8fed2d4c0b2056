import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Prediction } from '@ulmfit/inference';
import type { TestProject } from 'vitest/node';

/** What Node made of the models that the tests in the browser load. */
export interface Expected {
  /** Where they lie on the tests' server. */
  readonly address: string;
  readonly texts: readonly string[];
  readonly logits: readonly (readonly number[])[];
  readonly predictions: readonly Prediction[];
  /** How the language model goes on. */
  readonly generated: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    expected: Expected;
  }
}

const root = join(import.meta.dirname, '../..');
const cache = 'node_modules/.cache/ulmfit-browser';

/** Lets Node make models, in a process of its own: here TensorFlow.js would be compiled file by file. */
export default function provideModels(project: TestProject): () => void {
  const place = `${cache}/${process.pid}`;
  const folder = join(root, place);
  mkdirSync(folder, { recursive: true });
  execFileSync(
    process.execPath,
    [
      '--conditions=@ulmfit/source',
      '--import=./tools/typescript-loader.mjs',
      'tools/browser/write-models.ts',
      folder,
    ],
    { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const made = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as Omit<Expected, 'address'>;
  project.provide('expected', { address: `/${place}`, ...made });
  return () => rmSync(folder, { recursive: true, force: true });
}
