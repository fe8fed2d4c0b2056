import { useBackend, type BackendInfo } from '@ulmfit/backend-node';
import type { engineFlags, Flags } from './flags.js';

export type EngineFlags = Pick<Flags, (typeof engineFlags)[number]>;

/** Starts the engine and says on standard error what the user should know of it. */
export async function startEngine({ backend, threads, precision }: EngineFlags): Promise<BackendInfo> {
  const info = await useBackend({ backend, threads, precision });
  for (const warning of info.warnings) process.stderr.write(`ulmfit: ${warning}\n`);
  return info;
}
