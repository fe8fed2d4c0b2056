import { readFile } from 'node:fs/promises';
import { runCommand } from './install/run-command.js';

/** The vector extensions that decide how fast the products run, by their usual names. */
const names: Readonly<Record<string, string>> = {
  avx2: 'AVX2',
  avx512f: 'AVX-512',
  avx512_bf16: 'AVX-512 BF16',
  amx_tile: 'AMX',
  amx_bf16: 'AMX BF16',
  asimd: 'NEON',
  sve: 'SVE',
  bf16: 'BF16',
  i8mm: 'I8MM',
};

/**
 * The vector extensions of this processor, as far as the system tells.
 * @example
 * console.log(await instructionSets()); // such as ['AVX2', 'AVX-512']
 */
export async function instructionSets(): Promise<string[]> {
  if (process.platform === 'linux') {
    return parseCpuInfo(await readFile('/proc/cpuinfo', 'utf8').catch(() => ''));
  }
  if (process.platform === 'darwin') {
    const result = await runCommand('sysctl', ['hw.optional', 'machdep.cpu'], {
      timeoutMilliseconds: 10_000,
    });
    return parseSysctl(result.stdout);
  }
  return [];
}

/** Reads them from Linux's `/proc/cpuinfo`. */
export function parseCpuInfo(text: string): string[] {
  const flags = /^(?:flags|Features)\s*:(.*)$/m.exec(text)?.[1] ?? '';
  return flags
    .trim()
    .split(/\s+/)
    .flatMap((flag) => names[flag] ?? []);
}

/** Reads them from what `sysctl hw.optional machdep.cpu` prints on macOS. */
export function parseSysctl(text: string): string[] {
  const found: string[] = [];
  const has = (pattern: RegExp, name: string): void => {
    if (pattern.test(text)) found.push(name);
  };
  has(/^hw\.optional\.avx2_0: 1$/m, 'AVX2');
  has(/^hw\.optional\.avx512f: 1$/m, 'AVX-512');
  has(/^hw\.optional\.(?:arm\.AdvSIMD|neon): 1$/m, 'NEON');
  has(/^hw\.optional\.arm\.FEAT_BF16: 1$/m, 'BF16');
  has(/^hw\.optional\.arm\.FEAT_I8MM: 1$/m, 'I8MM');
  return found;
}
