import { useBackend } from '@ulmfit/backend-node';

/**
 * Starts TensorFlow for the tests of a file.
 * @returns why it can't, for their titles; and whether the native kernels run
 */
export async function startTensorFlow(): Promise<{ missing?: string; native: boolean }> {
  try {
    const { fastKernels } = await useBackend({ backend: 'tensorflow' });
    return { native: fastKernels.some((name) => name.startsWith('UlmfitLstm')) };
  } catch (error) {
    return { missing: error instanceof Error ? error.message : String(error), native: false };
  }
}

/** A suite's title with the reason for which it is skipped. */
export const withReason = (title: string, missing: string | undefined): string =>
  missing === undefined ? title : `${title} (skipped: ${missing})`;
