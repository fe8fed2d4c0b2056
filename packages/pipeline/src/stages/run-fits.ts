import { dispose } from '@tensorflow/tfjs-core';
import { UlmfitError } from '@ulmfit/errors';
import {
  checkpointing,
  firstSaves,
  type FitOptions,
  type Optimizer,
  type StateDict,
  type Trainer,
  type TrainingContext,
  type TrainingPlugin,
} from '@ulmfit/trainer';
import { SAME_DATA, sameData, type StageData } from './same-data.js';
import { Interrupted, type StageContext } from '../stage-context.js';

/** The names of the plugins that `runFits` adds. */
export const ofRunFits = ['events', SAME_DATA, 'checkpointing'].map((name) => ({ name }));

/**
 * Runs the fits of a stage one after the other, from the newest checkpoint of the store where there is one.
 * @param data what the fits learn from: a checkpoint of other data is refused
 * @throws Interrupted when the signal was aborted
 */
export async function runFits<Batch, Output, Taps, O extends Optimizer>(
  stage: string,
  trainer: Trainer<Batch, Output, Taps, O>,
  fits: readonly FitOptions<NoInfer<Batch>, NoInfer<Output>, NoInfer<Taps>>[],
  { store: kept, saveEvery, signal, collective, onEvent }: Omit<StageContext, 'seed'>,
  data: StageData,
): Promise<void> {
  const store = kept && collective ? firstSaves(kept, collective) : kept;
  const first = await resume(trainer, fits, store, onEvent);
  const added = [
    ...(onEvent ? [events(stage, onEvent)] : []),
    ...(store
      ? [
          sameData(stage, data),
          checkpointing({ store, ...(saveEvery === undefined ? {} : { everySeconds: saveEvery }) }),
        ]
      : []),
  ];
  for (const fit of fits.slice(first)) {
    const result = await trainer.fit({ ...fit, signal, plugins: [...(fit.plugins ?? []), ...added] });
    if (result.end === 'interrupted') throw new Interrupted(stage);
  }
}

/**
 * Loads the newest sound checkpoint of one of the fits; corrupt ones are skipped and reported.
 * @returns the index of the fit that goes on
 */
async function resume<Batch, Output, Taps, O extends Optimizer>(
  trainer: Trainer<Batch, Output, Taps, O>,
  fits: readonly { stage: string }[],
  store: StageContext['store'],
  onEvent: StageContext['onEvent'],
): Promise<number> {
  if (!store) return 0;
  const rejected = ((await store.rejected?.()) ?? []).map(({ reason }) => reason);
  const tell = (instead: string) => {
    for (const reason of rejected) onEvent?.({ type: 'warning', message: `${reason}; ${instead}` });
  };
  for (const { name, stage } of [...(await store.list())].reverse()) {
    const fit = fits.findIndex((f) => f.stage === stage);
    if (fit < 0) continue;
    let state: StateDict;
    try {
      state = await store.load(name);
    } catch (error) {
      // Whatever else went wrong, such as a disk that can't be read now, must not cost what is saved.
      if (!(error instanceof UlmfitError && error.code === 'CORRUPT_CHECKPOINT')) throw error;
      rejected.push(error.message);
      continue;
    }
    try {
      // Checkpoints of earlier versions tell nothing of their data.
      trainer.loadStateDict(state, { waive: [SAME_DATA] });
    } finally {
      dispose(Object.values(state.tensors));
    }
    tell(`going on from ${name}`);
    return fit;
  }
  tell(`no other is left, so ${fits[0]?.stage ?? 'the stage'} starts again from the beginning`);
  return 0;
}

function events(stage: string, onEvent: NonNullable<StageContext['onEvent']>): TrainingPlugin {
  let isTold = false;
  // Not in `beforeFit`: where a resumed fit goes on is known after it.
  const begin = (ctx: TrainingContext) => {
    if (isTold) return;
    isTold = true;
    const { stage: fit, epochs, steps, epoch, step } = ctx;
    onEvent({ type: 'begin', stage, fit, epochs, steps, epoch, step });
  };
  return {
    name: 'events',
    enforce: 'post',
    beforeFit: () => void (isTold = false),
    beforeBatch: begin,
    beforeValidate: begin,
    afterBatch: (ctx) => {
      const top = [...ctx.groups].at(-1);
      onEvent({
        type: 'step',
        stage,
        fit: ctx.stage,
        epoch: ctx.epoch,
        step: ctx.step,
        steps: ctx.steps,
        values: ctx.last,
        lr: top?.hyper.lr ?? 0,
      });
    },
    afterEpoch: (ctx) => {
      begin(ctx);
      const record = ctx.history.at(-1);
      if (!record) return;
      const { epoch, step, seconds, values } = record;
      onEvent({ type: 'epoch', stage, fit: ctx.stage, epoch, step, seconds, values });
    },
  };
}
