import type { FileSystem } from '@ulmfit/files';
import type { TrainingContext, TrainingPlugin } from '@ulmfit/trainer';
import { EventLog } from './event-log.js';

export interface TensorBoardOptions {
  /** The disk unless given. */
  readonly files?: FileSystem;
}

/**
 * Writes a fit's metrics for TensorBoard, below a folder for each stage: `STAGE/train` has loss, terms and reported scalars
 * of each step, and the learning rate of each group that is trained as `lr/GROUP`; `STAGE/valid` the figures of validation, at the step after
 * which they were taken. `tensorboard --logdir FOLDER` draws those of one name together.
 *
 * Nothing is kept in checkpoints: a resumed fit drops what was written for the steps after its checkpoint and continues. A
 * new fit of the same stage replaces the one before. Rehearsals, such as the rate finder's, aren't written. Each trainer
 * needs its own plugin.
 * @param folder where the logs go; created when there is something to write
 * @throws UlmfitError `FILE_ERROR` from the fit, before its step is saved
 * @example
 * await trainer.fit({ stage: 'all', train, validate, epochs: 2, lr: 1e-2, plugins: [tensorBoard('runs/board')] });
 */
export function tensorBoard(folder: string, { files }: TensorBoardOptions = {}): TrainingPlugin {
  let logs: { train: EventLog; valid: EventLog } | undefined;
  const begin = (ctx: TrainingContext) => {
    logs = undefined;
    if (ctx.rehearsal) return;
    const { step, epoch, history } = ctx;
    const path = `${folder}/${inside(ctx.stage)}`;
    // Those of this fit are the last.
    const validated = new Set(history.slice(history.length - epoch).map((record) => record.step));
    logs = {
      train: new EventLog(`${path}/train`, (at) => at <= step, files),
      valid: new EventLog(`${path}/valid`, (at) => validated.has(at), files),
    };
  };
  return {
    name: 'tensorBoard',
    beforeFit: (ctx) => {
      if (!ctx.resumed) begin(ctx);
    },
    // Only now is it known where the fit goes on.
    afterResume: begin,
    afterBatch: ({ step, last, groups }) => {
      const rates = [...groups]
        .filter(({ frozen }) => !frozen)
        .map(({ name, hyper }) => [`lr/${name}`, hyper.lr] as const);
      logs?.train.add(step, { ...last, ...Object.fromEntries(rates) });
    },
    afterEpoch: ({ history }) => {
      const { step, values = {} } = history.at(-1) ?? {};
      const valid = Object.entries(values)
        .filter(([name]) => name.startsWith(VALID))
        .map(([name, value]) => [name.slice(VALID.length), value] as const);
      if (step !== undefined && valid.length > 0) logs?.valid.add(step, Object.fromEntries(valid));
    },
  };
}

/** What the names of validation's figures begin with in a history. */
const VALID = 'valid/';

/** The name of a stage as a path that stays in the folder. */
const inside = (stage: string): string =>
  stage
    .split(/[\\/]/)
    .filter((part) => !/^\.*$/.test(part))
    .join('/');
