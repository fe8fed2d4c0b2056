import { instructionSets, useBackend } from '@ulmfit/backend-node';

/**
 * What there is to measure with.
 * @param {import('../job.mjs').Job} job
 */
export async function measure({ threads }) {
  const info = await useBackend({ threads });
  const narrow = await useBackend({ threads, precision: 'bfloat16' });
  return {
    backend: info.backend,
    version: info.version,
    threads: info.threads,
    fastKernels: info.fastKernels,
    warnings: info.warnings,
    defaultPrecision: info.precision,
    instructionSets: await instructionSets(),
    noBfloat16:
      narrow.precision === 'bfloat16'
        ? undefined
        : (narrow.warnings.at(-1) ?? `The ${narrow.backend} backend does not multiply bfloat16.`),
  };
}
