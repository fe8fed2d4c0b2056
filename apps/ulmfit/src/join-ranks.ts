import {
  connectMpi,
  launchOf,
  mirroredFolder,
  type MirroredFolder,
  type MpiCollective,
} from '@ulmfit/distributed';
import { runFiles } from '@ulmfit/pipeline';
import { boundWarning, gatherCores, threadsOf } from './rank-cores.js';

/** The processes that a launcher such as `mpirun` has started together with this one. */
export interface Ranks {
  readonly collective: MpiCollective;
  /** Whether this one prints, and writes the run's folder. */
  readonly isFirst: boolean;
  readonly threads: number;
  /** What the first one should say of their cores. */
  readonly warning: string | undefined;
  folderOf(path: string): Promise<MirroredFolder>;
}

/** What other ranks need not have of a run. */
const ofFirst = new Set<string>([runFiles.metrics, runFiles.report, 'lock.json']);

/**
 * Joins them; undefined where this process is alone, and nothing of MPI is loaded.
 * @param threads that each is to run; undefined leaves each its share of the cores
 */
export async function joinRanks(threads: number | undefined): Promise<Ranks | undefined> {
  const launch = launchOf(process.env);
  if (!launch) return undefined;
  // Before MPI starts, which passes the launcher's on: until a stage listens, it ends nothing.
  process.on('SIGUSR1', () => undefined);
  const patience = Number(process.env['ULMFIT_MPI_PATIENCE']);
  const wire = process.env['ULMFIT_MPI_WIRE'] === 'bfloat16' ? 'bfloat16' : 'float32';
  const collective = await connectMpi({ launch, wire, ...(patience > 0 && { patience }) });
  const cores = await gatherCores(collective);
  return {
    collective,
    isFirst: collective.rank === 0,
    threads: threads ?? threadsOf(collective.rank, cores),
    warning: boundWarning(cores, threads),
    folderOf: (path) =>
      mirroredFolder(
        collective,
        path,
        (name) => ofFirst.has(name) || name.startsWith(`${runFiles.tensorboard}/`),
      ),
  };
}
