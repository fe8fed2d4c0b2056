import { createHash } from 'node:crypto';
import { requireSameRanks, type Collective, type Json } from '@ulmfit/trainer';
import type { RunEngine } from './run-engine.js';
import { settingsToJson, type RunSettings } from './run-settings.js';
import type { RunTask } from './run-task.js';

/**
 * Refuses to begin where ranks were given other settings, data or engines.
 * @throws UlmfitError `RANKS_DIFFER`
 */
export function requireSameRun(
  collective: Collective,
  settings: RunSettings,
  { engine, task }: { engine: RunEngine | undefined; task: RunTask | undefined },
): Promise<void> {
  return requireSameRanks(collective, {
    ...(engine && { backend: engine.backend, precision: engine.precision, threads: engine.threads }),
    ...(engine && { version: engine.version, kernels: hashOf([...engine.fastKernels].sort()) }),
    ...(task && { data: hashOf(task.fingerprint) }),
    settings: hashOf(settingsToJson(settings)),
  });
}

/** A word that fits in a line. */
const hashOf = (value: Json): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 12);
