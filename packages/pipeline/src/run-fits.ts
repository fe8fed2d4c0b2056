import { dispose } from '@tensorflow/tfjs-core';
import {
  checkpointing,
  type CheckpointInfo,
  type FitOptions,
  type Optimizer,
  type Trainer,
  type TrainingPlugin,
} from '@ulmfit/trainer';
import { Interrupted, type StageContext } from './stage-context.js';

/**
 * Runs the fits of a stage one after the other, from the newest checkpoint of the store where there is one.
 * @throws Interrupted when the signal was aborted
 */
export async function runFits<Batch, Output, Taps, O extends Optimizer>(
  stage: string,
  trainer: Trainer<Batch, Output, Taps, O>,
  fits: readonly FitOptions<NoInfer<Batch>, NoInfer<Output>, NoInfer<Taps>>[],
  { store, signal, onEvent, plugins = [] }: StageContext,
): Promise<void> {
  let first = 0;
  const saved = await newest(store, fits);
  if (store && saved) {
    const state = await store.load(saved.name);
    try {
      trainer.loadStateDict(state);
    } finally {
      dispose(Object.values(state.tensors));
    }
    first = fits.findIndex((fit) => fit.stage === saved.stage);
  }
  const added = [
    ...plugins,
    ...(onEvent ? [events(stage, onEvent)] : []),
    ...(store ? [checkpointing({ store })] : []),
  ];
  for (const fit of fits.slice(first)) {
    const result = await trainer.fit({ ...fit, signal, plugins: [...(fit.plugins ?? []), ...added] });
    if (result.end === 'interrupted') throw new Interrupted(stage);
  }
}

/** The newest checkpoint of one of the fits. */
async function newest(
  store: StageContext['store'],
  fits: readonly { stage: string }[],
): Promise<CheckpointInfo | undefined> {
  const stages = new Set(fits.map((fit) => fit.stage));
  return (await store?.list())?.filter((info) => stages.has(info.stage)).at(-1);
}

function events(stage: string, onEvent: NonNullable<StageContext['onEvent']>): TrainingPlugin {
  return {
    name: 'events',
    enforce: 'post',
    beforeFit: (ctx) => {
      onEvent({ type: 'begin', stage, fit: ctx.stage, epochs: ctx.epochs, steps: ctx.steps, step: ctx.step });
    },
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
      const record = ctx.history.at(-1);
      if (!record) return;
      const { epoch, step, seconds, values } = record;
      onEvent({ type: 'epoch', stage, fit: ctx.stage, epoch, step, seconds, values });
    },
  };
}
