import { relaxedSimdModule, simdModule } from './lstm-layer-module.js';
import { webAssembly } from './web-assembly.js';

let compiled: object | null | undefined;

/**
 * The best module that this engine can run; undefined where it has no SIMD, or where the page or the host doesn't allow code to be
 * compiled.
 */
export function compiledModule(): object | undefined {
  if (compiled !== undefined) return compiled ?? undefined;
  compiled = null;
  if (!webAssembly) return undefined;
  try {
    for (const base64 of [relaxedSimdModule, simdModule]) {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      if (!webAssembly.validate(bytes)) continue;
      compiled = new webAssembly.Module(bytes);
      break;
    }
  } catch {
    // Composed operations give the same.
  }
  return compiled ?? undefined;
}
