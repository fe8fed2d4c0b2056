/** Where a launcher has put this process. */
export interface Launch {
  /** Whose variables say so. */
  readonly launcher: 'Open MPI' | 'MPICH' | 'Slurm';
  readonly rank: number;
  readonly size: number;
  /** Ranks on this machine, where the launcher tells. */
  readonly local: number | undefined;
}

/** What launchers tell their processes: Open MPI's `mpirun`, MPICH's and those like it, and Slurm's `srun`. */
const LAUNCHERS = [
  ['Open MPI', 'OMPI_COMM_WORLD_SIZE', 'OMPI_COMM_WORLD_RANK', 'OMPI_COMM_WORLD_LOCAL_SIZE'],
  ['MPICH', 'PMI_SIZE', 'PMI_RANK', 'MPI_LOCALNRANKS'],
  ['Slurm', 'SLURM_STEP_NUM_TASKS', 'SLURM_PROCID', 'SLURM_STEP_TASKS_PER_NODE'],
] as const;

/**
 * Whether this process is one of several that a launcher has started together; undefined where it is alone, and MPI need not be loaded.
 * @example
 * const launch = launchOf(process.env); // { launcher: 'Open MPI', rank: 1, size: 4, local: 4 } under `mpirun -np 4`
 */
export function launchOf(environment: Readonly<Record<string, string | undefined>>): Launch | undefined {
  const number = (name: string): number | undefined => {
    const value = Number.parseInt(environment[name] ?? '', 10);
    return Number.isSafeInteger(value) && value >= 0 ? value : undefined;
  };
  for (const [launcher, sizeName, rankName, localName] of LAUNCHERS) {
    const [size, rank] = [number(sizeName), number(rankName)];
    if (size !== undefined && rank !== undefined && size > 1)
      return { launcher, rank, size, local: number(localName) };
  }
  return undefined;
}
