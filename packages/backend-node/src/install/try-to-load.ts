import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { engineFault } from './engine-fault.js';
import { reasonOf, runCommand } from './run-command.js';
import { libraryPath, type TfjsNodePackage } from './tfjs-node-package.js';

/** What a tfjs-node that loads says of itself. */
export interface LoadedEngine {
  readonly tensorflowVersion: string;
  readonly libraryPath: string | undefined;
  /** Whether it computes on a graphics card. */
  readonly usesGpu: boolean;
}

const LOAD = `
const util = require('node:util');
util.isNullOrUndefined ??= (value) => value === null || value === undefined;
util.isArray ??= Array.isArray;
const tf = require(process.argv[1]);
const product = tf.matMul(tf.tensor2d([[1, 2]]), tf.tensor2d([[3], [4]])).dataSync()[0];
if (product !== 11) throw new Error('1*3 + 2*4 gave ' + product);
const { binding } = tf.backend();
console.log('\\n' + JSON.stringify([binding.TF_Version, binding.isUsingGpuDevice()]));`;

/**
 * Loads tfjs-node in a child process, since a library that doesn't fit the processor kills the process that loads it.
 * Resolves to what is wrong when it doesn't load.
 */
export async function tryToLoad(
  tfjsNode: TfjsNodePackage,
): Promise<LoadedEngine | { readonly broken: string }> {
  if (!existsSync(join(tfjsNode.directory, tfjsNode.bindingPath))) {
    return {
      broken: `${join(tfjsNode.directory, tfjsNode.bindingPath)} is missing: its installer did not run or failed`,
    };
  }
  const fault = await engineFault(tfjsNode);
  if (fault !== undefined) return { broken: fault };
  const result = await runCommand(process.execPath, ['-e', LOAD, tfjsNode.directory], {
    timeoutMilliseconds: 120_000,
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2', TF_FORCE_GPU_ALLOW_GROWTH: 'true' },
  });
  if (result.code !== 0) return { broken: firstSentence(reasonOf(result)) };
  const last = result.stdout.trim().split('\n').at(-1) ?? '["", false]';
  const [tensorflowVersion, usesGpu] = JSON.parse(last) as [string, boolean];
  return { tensorflowVersion, libraryPath: await libraryPath(tfjsNode), usesGpu };
}

function firstSentence(text: string): string {
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
