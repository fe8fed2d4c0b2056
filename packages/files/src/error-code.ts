/**
 * The code of a system error, such as `ENOENT`, or of one of Node's libraries, such as zlib's `Z_DATA_ERROR`.
 * @example
 * errorCode(new Error('no code')); // undefined
 */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
