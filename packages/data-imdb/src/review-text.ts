import { isUtf8 } from 'node:buffer';
import { UlmfitError } from '@ulmfit/errors';

/** The longest real review has about 14 kB. */
export const MAXIMUM_REVIEW_BYTES = 1024 * 1024;

/** The error for a review that can't be one. `where` names the file or member. */
export function reviewTooLong(where: string, bytes: number): UlmfitError {
  return new UlmfitError(
    'REVIEW_TOO_LONG',
    `${where}: has ${bytes} bytes, and a review at most ${MAXIMUM_REVIEW_BYTES}; is this the right archive?`,
  );
}

/** The text of a review. @throws UlmfitError `NOT_UTF8`, naming the file or member. */
export function decodeReview(bytes: Buffer, where: string): string {
  if (!isUtf8(bytes))
    throw new UlmfitError('NOT_UTF8', `${where}: is not valid UTF-8; convert it or remove it`);
  return bytes.toString('utf8');
}
