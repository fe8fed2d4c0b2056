import type crypto from 'node:crypto';
import type fs from 'node:fs';
import type module from 'node:module';
import type os from 'node:os';
import type path from 'node:path';
import { UlmfitError } from '@ulmfit/errors';

export interface Builtins {
  fs: typeof fs;
  module: typeof module;
  crypto: typeof crypto;
  os: typeof os;
  path: typeof path;
}

/**
 * One of Node's own modules, looked up when it is first needed: so what needs files only in some of its functions loads in a
 * browser too, with no bundler's setting.
 */
export function nodeBuiltin<K extends keyof Builtins>(name: K): Builtins[K] {
  const found: object | undefined = globalThis.process?.getBuiltinModule?.(`node:${name}`);
  if (!found) throw new UlmfitError('NO_FILES', 'there are no files outside of Node: pass the bytes instead');
  return found as Builtins[K];
}
