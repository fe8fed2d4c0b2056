import { describe, expect, it } from 'vitest';
import { launchOf } from './launcher.js';

describe('launchOf', () => {
  it.each([
    ['Open MPI', { OMPI_COMM_WORLD_SIZE: '4', OMPI_COMM_WORLD_RANK: '3', OMPI_COMM_WORLD_LOCAL_SIZE: '2' }],
    ['MPICH', { PMI_SIZE: '4', PMI_RANK: '3', MPI_LOCALNRANKS: '2' }],
  ])('knows what %s tells its processes', (launcher, environment) => {
    expect(launchOf(environment)).toEqual({ launcher, rank: 3, size: 4, local: 2 });
  });

  it('knows a step of Slurm, and not the script that holds one', () => {
    expect(launchOf({ SLURM_STEP_NUM_TASKS: '2', SLURM_PROCID: '1', SLURM_NTASKS: '8' })).toEqual({
      ...{ launcher: 'Slurm', rank: 1, size: 2, local: undefined },
    });
    expect(launchOf({ SLURM_NTASKS: '8', SLURM_PROCID: '0' })).toBeUndefined();
  });

  it.each([{}, { OMPI_COMM_WORLD_SIZE: '1', OMPI_COMM_WORLD_RANK: '0' }, { PMI_SIZE: 'x', PMI_RANK: '0' }])(
    'tells of no launch by %j',
    (environment) => expect(launchOf(environment)).toBeUndefined(),
  );
});
