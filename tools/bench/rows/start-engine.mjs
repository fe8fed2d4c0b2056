import { getBackend, unregisterKernel } from '@tensorflow/tfjs-core';
import { useBackend } from '@ulmfit/backend-node';

/**
 * Starts the backend as a job wants it.
 * @param {import('../job.mjs').Job} job
 */
export async function startEngine({ precision, threads, without }) {
  const info = await useBackend({ precision, threads });
  if (info.precision !== precision)
    throw new Error(`${precision} is not to be had: ${info.warnings.join(' ')}`);
  // What looks for a kernel by its name composes the operation where there is none.
  for (const name of without) unregisterKernel(name, getBackend());
  return info;
}
