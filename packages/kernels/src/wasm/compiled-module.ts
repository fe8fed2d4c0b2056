import { webAssembly } from './web-assembly.js';

/** A kernel's code as `npm run wasm` makes it, base64. */
export interface ModuleCode {
  readonly simdModule: string;
  readonly relaxedSimdModule: string;
}

const compiled = new Map<ModuleCode, object | undefined>();

/**
 * The best module of a kernel that this engine can run; undefined where it has no SIMD, or where the page or the host doesn't allow code
 * to be compiled.
 */
export function compiledModule(code: ModuleCode): object | undefined {
  if (!compiled.has(code)) compiled.set(code, compile(code));
  return compiled.get(code);
}

function compile({ simdModule, relaxedSimdModule }: ModuleCode): object | undefined {
  if (!webAssembly) return undefined;
  try {
    for (const base64 of [relaxedSimdModule, simdModule]) {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      if (webAssembly.validate(bytes)) return new webAssembly.Module(bytes);
    }
  } catch {
    // Composed operations give the same.
  }
  return undefined;
}
