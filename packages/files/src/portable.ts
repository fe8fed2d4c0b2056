// What loads outside of Node too: packages that also run in browsers import from here. A function that needs a disk
// looks Node up when it is called, and throws `NO_FILES` where there is none.
export { errorCode } from './error-code.js';
export { nodeBuiltin } from './node-builtin.js';
export {
  tryLock,
  withLock,
  type Lock,
  type LockFiles,
  type LockOwner,
  type WaitOptions,
} from './process-lock.js';
