import { z } from 'zod';
import { nodeBuiltin } from './node-builtin.js';

/** What a file has to be: its size and the SHA-256 of its bytes in hexadecimal digits. */
export interface FileDigest {
  readonly bytes: number;
  readonly sha256: string;
}

export const fileDigestSchema = z.strictObject({
  bytes: z.int().nonnegative(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal digits'),
});

/**
 * The digest of bytes, by Node.
 * @example
 * digestOf(new Uint8Array([1, 2])).bytes; // 2
 */
export const digestOf = (bytes: Uint8Array): FileDigest => ({
  bytes: bytes.length,
  sha256: nodeBuiltin('crypto').createHash('sha256').update(bytes).digest('hex'),
});

/**
 * The digest of bytes, in Node and in a browser (there on secure pages only, as Web Crypto is).
 * @example
 * mismatch(await digestAnywhere(new Uint8Array([1, 2])), digestOf(new Uint8Array([1, 2]))); // undefined
 */
export async function digestAnywhere(bytes: Uint8Array): Promise<FileDigest> {
  const hash = await globalThis.crypto.subtle.digest('SHA-256', new Uint8Array(bytes));
  return { bytes: bytes.length, sha256: Array.from(new Uint8Array(hash), hexByte).join('') };
}

const hexByte = (byte: number) => byte.toString(16).padStart(2, '0');

/**
 * Why a file is not what its digest says, or `undefined` where it is.
 * @example
 * const wrong = mismatch(digestOf(new Uint8Array([1, 2])), digestOf(new Uint8Array([1])));
 * console.log(wrong); // has 1 byte instead of 2
 */
export function mismatch(expected: FileDigest, found: FileDigest): string | undefined {
  if (expected.bytes !== found.bytes) return `has ${found.bytes} bytes, ${expected.bytes} were written`;
  return expected.sha256 === found.sha256 ? undefined : 'does not match its checksum';
}
