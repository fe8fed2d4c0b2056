import { availableParallelism } from 'node:os';
import {
  connectMpi,
  launchOf,
  mirroredFolder,
  type MirroredFolder,
  type MpiCollective,
} from '@ulmfit/distributed';
import { runFiles } from '@ulmfit/pipeline';

/** The processes that a launcher such as `mpirun` has started together with this one. */
export interface Ranks {
  readonly collective: MpiCollective;
  /** Whether this one prints, and writes the run's folder. */
  readonly isFirst: boolean;
  /** Threads for each rank of this machine. */
  readonly threads: number;
  folderOf(path: string): Promise<MirroredFolder>;
}

/** What other ranks need not have of a run. */
const ofFirst = new Set<string>([runFiles.metrics, runFiles.report, 'lock.json']);

/** Joins them; undefined where this process is alone, and nothing of MPI is loaded. */
export async function joinRanks(): Promise<Ranks | undefined> {
  const launch = launchOf(process.env);
  if (!launch) return undefined;
  // Before MPI starts, which passes the launcher's on: until a stage listens, it ends nothing.
  process.on('SIGUSR1', () => undefined);
  const patience = Number(process.env['ULMFIT_MPI_PATIENCE']);
  const wire = process.env['ULMFIT_MPI_WIRE'] === 'bfloat16' ? 'bfloat16' : 'float32';
  const collective = await connectMpi({ launch, wire, ...(patience > 0 && { patience }) });
  return {
    collective,
    isFirst: collective.rank === 0,
    threads: Math.max(1, Math.floor(availableParallelism() / (launch.local ?? 1))),
    folderOf: (path) =>
      mirroredFolder(
        collective,
        path,
        (name) => ofFirst.has(name) || name.startsWith(`${runFiles.tensorboard}/`),
      ),
  };
}
