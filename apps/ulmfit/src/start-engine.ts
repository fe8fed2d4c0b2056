import { useBackend, type BackendInfo } from '@ulmfit/backend-node';
import type { engineFlags, Flags } from './flags.js';

export type EngineFlags = Pick<Flags, Exclude<(typeof engineFlags)[number], 'threads'>> & {
  readonly threads?: number | undefined;
};

/** Starts the engine and says on standard error what the user should know of it. */
export async function startEngine(
  { backend, threads, precision }: EngineFlags,
  say: (line: string) => void = (line) => void process.stderr.write(`${line}\n`),
): Promise<BackendInfo> {
  const info = await useBackend({ backend, threads, precision });
  for (const warning of info.warnings) say(`ulmfit: ${warning}`);
  return info;
}
