import { useBackend, type BackendInfo, type BackendName } from '@ulmfit/backend-node';

export interface EngineFlags {
  readonly backend: 'auto' | BackendName;
  readonly threads?: number;
}

/** Starts the engine and says on standard error what the user should know of it. */
export async function startEngine({ backend, threads }: EngineFlags): Promise<BackendInfo> {
  const info = await useBackend({ backend, threads });
  for (const warning of info.warnings) process.stderr.write(`ulmfit: ${warning}\n`);
  return info;
}
