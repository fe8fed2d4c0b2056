import { requireInteger, requireThat } from '@ulmfit/errors';
import type { CheckpointInfo, CheckpointStore } from '../state/checkpoint-store.js';
import type { TrainingPlugin } from '../plugin/plugin.js';
import { requireState } from '../state/require-state.js';
import type { StateDict } from '../state/stateful.js';
import type { TrainingContext } from '../plugin/training-context.js';
import { figureOf, isBetterFigure, type WatchOptions } from '../plugin/watched-figure.js';

export interface CheckpointingOptions extends WatchOptions {
  readonly store: CheckpointStore;
  /** Seconds between checkpoints within an epoch; each epoch's end is saved anyway. Default 300. */
  readonly everySeconds?: number;
  /** How many of the newest to keep, beside the best. Default 2. */
  readonly keep?: number;
  /** Whether to keep the checkpoint of the best validation as well. Default true. */
  readonly keepBest?: boolean;
}

/**
 * Saves the state at each epoch's end, at intervals and on interruption; keeps the newest and the best. Of a rehearsal
 * nothing is saved.
 * @throws UlmfitError `BAD_OPTION`; in the fit `NO_SUCH_FIGURE`
 * @example
 * const store = memoryStore(); // `folderStore` of `@ulmfit/checkpoint` keeps them on the disk
 * await trainer.fit({ stage: 'all', train, epochs: 2, lr: 1e-2, plugins: [checkpointing({ store })] });
 * const [oldest] = await store.list();
 * if (oldest) trainer.loadStateDict(await store.load(oldest.name));
 */
export function checkpointing(options: CheckpointingOptions): TrainingPlugin {
  const { store, everySeconds = 300, keep = 2, keepBest = true } = options;
  requireInteger('checkpointing: keep', keep);
  requireThat('checkpointing: everySeconds', everySeconds, everySeconds >= 0, '0 or above');
  let best: { name: string; value: number } | null = null;
  let savedAt = 0;

  /** The last validation's figure tells of this state only where no step was made since. */
  const isValidated = (ctx: TrainingContext) => {
    const last = ctx.history.at(-1);
    return ctx.validation !== undefined && last?.stage === ctx.stage && last.step === ctx.step;
  };

  const info = (ctx: TrainingContext): CheckpointInfo => ({
    name: `${ctx.stage}-${String(ctx.step).padStart(8, '0')}`,
    stage: ctx.stage,
    epoch: ctx.epoch,
    step: ctx.step,
    ...(keepBest && isValidated(ctx) ? { value: figureOf(ctx, 'checkpointing', options) } : {}),
  });

  const save = async (ctx: TrainingContext, isEpoch: boolean) => {
    const made = info(ctx);
    if (isEpoch && made.value !== undefined && isBetterFigure(made.value, best?.value ?? null, options)) {
      best = { name: made.name, value: made.value };
    }
    await store.save(made, await ctx.wholeState());
    savedAt = ctx.now;
    const all = await store.list();
    const newest = new Set(all.slice(-keep).map((c) => c.name));
    for (const { name } of all) if (!newest.has(name) && name !== best?.name) await store.remove(name);
  };

  return {
    name: 'checkpointing',
    enforce: 'post',
    beforeFit: (ctx) => {
      best = null;
      savedAt = ctx.now;
    },
    save: async (ctx, moment) => {
      if (ctx.rehearsal) return;
      const due = moment === 'step' && ctx.now - savedAt >= everySeconds * 1000;
      if (due || moment === 'epoch' || moment === 'interrupt') await save(ctx, moment === 'epoch');
    },
    stateDict: () => ({ json: { best }, tensors: {} }),
    loadStateDict(saved: StateDict<{ best: typeof best }>) {
      requireState('checkpointing', saved, ['best']);
      best = saved.json.best;
    },
  };
}
