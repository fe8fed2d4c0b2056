// What loads outside of Node too: packages that also run in browsers import from here. A function that needs a disk
// looks Node up when it is called, and throws `NO_FILES` where there is none.
export { parentOf, removeQuietly, writeAtomically } from './atomic-write.js';
export { ByteReader } from './byte-reader.js';
export { errorCode } from './error-code.js';
export { digestAnywhere, digestOf, fileDigestSchema, mismatch, type FileDigest } from './file-digest.js';
export { guardFiles, nodeFileSystem, readFile, type FileSystem } from './file-system.js';
export { nodeBuiltin, type Builtins } from './node-builtin.js';
export type { ProcessIdentity } from './process-identity.js';
export {
  tryLock,
  withLock,
  type ForeignLock,
  type HeldLock,
  type Lock,
  type LockFiles,
  type LockOwner,
  type WaitOptions,
} from './process-lock.js';
export { isTemporary, temporaryName, temporaryOwner } from './temporary-name.js';
export { isZip, ZipArchive, type ZipLocation, type ZipSource } from './zip-archive.js';
