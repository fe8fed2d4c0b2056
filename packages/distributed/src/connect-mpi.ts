import { UlmfitError } from '@ulmfit/errors';
import type { Collective } from '@ulmfit/trainer';
import { launchOf, type Launch } from './launcher.js';
import { loadMpiAddon, type MpiAddon } from './mpi-addon.js';

export interface MpiOptions {
  /** Where a launcher has put this process. Default: what the environment says. */
  readonly launch?: Launch | undefined;
  /**
   * What numbers are rounded to on their way between ranks: half of the bytes by bfloat16, with which the end is no longer that of one
   * process to the last bit. Default float32.
   */
  readonly wire?: 'float32' | 'bfloat16' | undefined;
  /** Seconds without an answer after which a rank counts as hung. Default 120. */
  readonly patience?: number | undefined;
}

/** The ranks of an MPI job, of which this process is one. */
export interface MpiCollective extends Collective {
  /** What the MPI library says of itself. */
  readonly library: string;
  /** Leaves in good order, which every rank has to do: one that ends without it ends all of them. */
  close(): Promise<void>;
}

/** Saving, tokenizing and compiling are one rank's work while the others wait. */
const SLOW = 30;

/**
 * Connects to the other processes that a launcher such as `mpirun` has started.
 * @throws UlmfitError `NO_MPI`, `NO_RANKS` where launcher and MPI don't agree, and what compiling the addon may end with;
 *   `RANK_LOST` later, where a rank doesn't answer
 * @example
 * if (launchOf(process.env)) {
 *   const ranks = await connectMpi();
 *   const trainer = createTrainer({ model, optimizer: adam(), slices: 4, collective: ranks });
 *   await trainer.fit({ stage: 'all', train, epochs: 1, lr: 1e-2 });
 *   await ranks.close();
 * }
 */
export async function connectMpi({
  launch = launchOf(process.env),
  wire = 'float32',
  patience = 120,
}: MpiOptions = {}): Promise<MpiCollective> {
  const addon = await loadMpiAddon();
  // Before MPI starts: MPICH would end the process itself, in many lines.
  if (launch?.launcher === 'Open MPI' && /^(MPICH|MVAPICH|Intel)/.test(addon.library())) {
    throw otherLauncher(`is that of Open MPI`, addon.library());
  }
  const { rank, size, library } = await addon.connect();
  if (launch && launch.size !== size) {
    throw otherLauncher(`has started ${launch.size} processes, and MPI knows of ${size}`, library);
  }
  const named = <T>(answer: Promise<T>): Promise<T> =>
    answer.catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      throw new UlmfitError(
        'RANK_LOST',
        `rank ${rank}: ${reason} within ${patience} s; the same command resumes from the last checkpoint`,
      );
    });
  return {
    ...{ rank, size, library: firstLine(library) },
    ...exchangeOf(addon, { patience, isRounded: wire === 'bfloat16', named }),
    close: () => addon.close(),
  };
}

function exchangeOf(
  addon: MpiAddon,
  {
    patience,
    isRounded,
    named,
  }: { patience: number; isRounded: boolean; named: <T>(answer: Promise<T>) => Promise<T> },
): Pick<Collective, 'sum' | 'gather'> {
  return {
    sum: async (values) => {
      await named(addon.sum(values, patience, isRounded));
      return values;
    },
    gather: (bytes, { isSlow = false } = {}) => named(addon.gather(bytes, patience * (isSlow ? SLOW : 1))),
  };
}

const otherLauncher = (what: string, library: string): UlmfitError =>
  new UlmfitError(
    'NO_RANKS',
    `the launcher ${what}; mpicxx in PATH belongs to ${firstLine(library)}: start the processes with that MPI's mpirun`,
  );

const firstLine = (text: string): string =>
  (text.split(/[\n,]/)[0] ?? text).replace(/\s+/g, ' ').replace(' Version:', '').trim();
