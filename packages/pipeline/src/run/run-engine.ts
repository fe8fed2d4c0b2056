import { existsSync } from 'node:fs';
import { writeAtomically } from '@ulmfit/files';
import { showName, UlmfitError } from '@ulmfit/errors';
import { z } from 'zod';
import { readJson } from './read-json.js';

/** What computes: the bytes of a run depend on it. `useBackend` of `@ulmfit/backend-node` gives it. */
export interface RunEngine {
  readonly backend: string;
  readonly precision: string;
  readonly threads: number;
  /** That of TensorFlow, or of the backend. */
  readonly version: string;
  /** The names of the native kernels in use. */
  readonly fastKernels: readonly string[];
}

const engineSchema: z.ZodType<RunEngine> = z.object({
  backend: z.string(),
  precision: z.string(),
  threads: z.number(),
  version: z.string(),
  fastKernels: z.array(z.string()),
});

/**
 * Holds a run to the engine that it began on, which the file keeps; a run without the file begins here.
 * @returns what may change the bytes, one line each, for the user
 * @throws UlmfitError `OTHER_ENGINE` at another backend or precision, `BAD_RUN_ENGINE`, `FILE_ERROR`
 */
export function holdEngine(path: string, run: string, engine: RunEngine): string[] {
  if (!existsSync(path)) {
    const { backend, precision, threads, version, fastKernels } = engine;
    const kept: RunEngine = { backend, precision, threads, version, fastKernels: [...fastKernels].sort() };
    writeAtomically(path, `${JSON.stringify(kept, null, 2)}\n`);
    return [];
  }
  const begun = readRunEngine(path);
  if (begun.backend !== engine.backend || begun.precision !== engine.precision) {
    throw new UlmfitError(
      'OTHER_ENGINE',
      `${run} began on ${nameOf(begun)}, and this is ${nameOf(engine)}; ` +
        `add --backend ${showName(begun.backend)} --precision ${showName(begun.precision)}, or give another folder`,
    );
  }
  const changes = [
    ...(begun.threads === engine.threads ? [] : [`${engine.threads} instead of ${begun.threads} threads`]),
    ...(begun.version === engine.version
      ? []
      : [`version ${engine.version} instead of ${showName(begun.version)}`]),
    ...(isSameSet(begun.fastKernels, engine.fastKernels) ? [] : ['other native kernels than it began with']),
  ];
  return changes.map(
    (change) => `${run} goes on with ${change}: its last digits may differ from an uninterrupted run's`,
  );
}

const nameOf = ({ backend, precision }: RunEngine): string =>
  `${showName(backend)} in ${showName(precision)}`;

const isSameSet = (a: readonly string[], b: readonly string[]): boolean =>
  [...a].sort().join() === [...b].sort().join();

/** @throws UlmfitError `BAD_RUN_ENGINE` */
export const readRunEngine = (path: string): RunEngine =>
  readJson(
    path,
    engineSchema,
    () => new UlmfitError('BAD_RUN_ENGINE', `${path} is damaged; remove it to go on with the present engine`),
  );
