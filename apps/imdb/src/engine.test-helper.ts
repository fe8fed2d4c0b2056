import { useBackend } from '@ulmfit/backend-node';

/** Starts TensorFlow for the tests of a file. @returns why it can't, for their titles; `undefined` when it runs */
export async function startTensorFlow(): Promise<string | undefined> {
  try {
    await useBackend({ backend: 'tensorflow' });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** A suite's title with the reason for which it is skipped. */
export const withReason = (title: string, missing: string | undefined): string =>
  missing === undefined ? title : `${title} (skipped: ${missing})`;
