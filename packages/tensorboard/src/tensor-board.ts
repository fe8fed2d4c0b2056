import type { FileSystem } from '@ulmfit/checkpoint';
import type { TrainingContext, TrainingPlugin } from '@ulmfit/trainer';
import { EventLog } from './event-log.js';

export interface TensorBoardOptions {
  /** The disk unless given. */
  readonly files?: FileSystem;
}

/**
 * Writes a fit's figures for TensorBoard, below a folder for each stage: `STAGE/train` has loss, terms and reported scalars
 * of each step, and the learning rate of each group that is trained as `lr/GROUP`; `STAGE/valid` the figures of validation, at the step after
 * which they were taken. `tensorboard --logdir FOLDER` draws those of one name together.
 *
 * Nothing is kept in checkpoints: a resumed fit drops what was told of the steps after its checkpoint and goes on. A new fit
 * of the same stage takes the place of the one before. Rehearsals, such as the rate finder's, are not told.
 * @param folder where the logs go; created when a fit begins
 * @throws UlmfitError `FILE_ERROR` from the fit, before its step is saved
 */
export function tensorBoard(folder: string, { files }: TensorBoardOptions = {}): TrainingPlugin {
  let logs: { train: EventLog; valid: EventLog } | undefined;
  let told = 0;
  // Not in `beforeFit`: where a resumed fit goes on is known after it.
  const begin = (ctx: TrainingContext) => {
    if (logs) return logs;
    const { stage, step, history } = ctx;
    const validated = new Set(history.filter((epoch) => epoch.stage === stage).map((epoch) => epoch.step));
    told = step;
    logs = {
      train: new EventLog(`${folder}/${stage}/train`, (at) => at <= step, files),
      valid: new EventLog(`${folder}/${stage}/valid`, (at) => at <= step && validated.has(at), files),
    };
    return logs;
  };
  return {
    name: 'tensorBoard',
    enforce: 'post',
    beforeFit: () => void (logs = undefined),
    beforeBatch: (ctx) => {
      if (!ctx.rehearsal) begin(ctx);
    },
    afterBatch: ({ step, last, groups, rehearsal }) => {
      // A batch may be left out.
      if (rehearsal || step === told) return;
      told = step;
      const rates = Object.fromEntries(
        [...groups].filter(({ frozen }) => !frozen).map(({ name, hyper }) => [`lr/${name}`, hyper.lr]),
      );
      logs?.train.add(step, { ...last, ...rates });
    },
    beforeValidate: (ctx) => {
      if (!ctx.rehearsal) begin(ctx);
    },
    afterEpoch: (ctx) => {
      const record = ctx.history.at(-1);
      if (ctx.rehearsal || !record) return;
      const { valid } = begin(ctx);
      const values = Object.entries(record.values).flatMap(([name, value]) =>
        name.startsWith(VALID) ? [[name.slice(VALID.length), value] as const] : [],
      );
      if (values.length > 0) valid.add(record.step, Object.fromEntries(values));
    },
  };
}

/** What the names of validation's figures begin with in a history. */
const VALID = 'valid/';
