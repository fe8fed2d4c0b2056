import { errorCode } from './error-code.js';

/** The code of the error that a promise is rejected with, and its message. */
export async function failure(
  promise: Promise<unknown>,
): Promise<{ code: string | undefined; message: string }> {
  try {
    await promise;
  } catch (error) {
    return { code: errorCode(error), message: error instanceof Error ? error.message : String(error) };
  }
  throw new Error('expected a rejection');
}
