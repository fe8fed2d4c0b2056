import { requireInteger, requirePositive, requireThat, UlmfitError } from '@ulmfit/errors';
import type { FitOptions, Loader, PluginList, Stateful, TrainingPlugin } from '@ulmfit/trainer';
import { minimum, slide, steep, valley, type RateSuggestion } from './rate-suggestions.js';
import { withStateRestored } from './state-restored.js';

/** The suggestions that fastai knows. */
export type RateSuggestionName = 'valley' | 'slide' | 'minimum' | 'steep';

/** The methods that suggest rates. */
export const rateSuggestions: Readonly<Record<RateSuggestionName, RateSuggestion>> = {
  valley,
  slide,
  minimum,
  steep,
};

export interface FindLearningRateOptions<Batch, Output, Taps, Name extends string> {
  readonly train: Loader<Batch>;
  /** The first rate. Default 1e-7. */
  readonly startLr?: number;
  /** The rate that the sweep ends just below. Default 10. */
  readonly endLr?: number;
  /** Updates. Default 100. */
  readonly steps?: number;
  /** The sweep ends once the smoothed loss is so many times its least. Default 4; `Infinity` never. */
  readonly stopFactor?: number;
  /** What to suggest rates by. Default `valley`, `slide`, `minimum` and `steep`. */
  readonly suggestions?: Readonly<Record<Name, RateSuggestion>>;
  /** Plugins of this sweep alone, such as freezing and discriminative rates. No schedule: it would be a factor too. */
  readonly plugins?: PluginList<Batch, Output, Taps>;
  /** Micro-batches an update. Default 1. */
  readonly accumulate?: number;
  /** When aborted, the state is restored and the signal's reason is thrown. */
  readonly signal?: AbortSignal | undefined;
}

/** What the finder needs of a trainer: `createTrainer` makes one, in whichever copy of `@ulmfit/trainer`. */
export interface SweptTrainer<Batch, Output, Taps> extends Stateful {
  readonly pendingStage: string | undefined;
  fit(options: FitOptions<Batch, Output, Taps>): Promise<unknown>;
}

export interface FoundLearningRates<Name extends string> {
  /** The top group's rate at each update. */
  readonly rates: readonly number[];
  /** The smoothed training loss after each update. */
  readonly losses: readonly number[];
  readonly suggestions: Readonly<Record<Name, number>>;
}

/**
 * Trains at rising rates to see where the loss falls and where it explodes (Smith 2017; fastai `lr_find`), and
 * suggests rates. Weights, buffers, optimizer, groups and history are restored afterwards, also after an error.
 *
 * The sweep is a factor of the rate. Rates that differ by group keep their proportions: the swept rate is the top
 * group's. A loss or gradient that is not finite ends the sweep; the points before it count. Plugins of the trainer run
 * too, in a rehearsal: there is no validation to watch, and nothing to save.
 * @throws UlmfitError `BAD_SCHEDULE`, `TOO_FEW_POINTS` when it diverged too early for a suggestion, `STATE_MISMATCH` while a
 *   loaded state waits for its fit to go on, and what `fit` throws
 * @example
 * const { suggestions } = await findLearningRate(trainer, { train }); // all is as before afterwards
 * await trainer.fit({ stage: 'all', train, epochs: 1, lr: suggestions.valley });
 */
export async function findLearningRate<Batch, Output, Taps, Name extends string = RateSuggestionName>(
  trainer: SweptTrainer<Batch, Output, Taps>,
  options: FindLearningRateOptions<NoInfer<Batch>, NoInfer<Output>, NoInfer<Taps>, Name>,
): Promise<FoundLearningRates<Name>> {
  const { train, steps = 100, accumulate = 1, signal, plugins = [] } = options;
  const batches = train.batches(0);
  requireInteger('findLearningRate: steps', steps, { code: 'BAD_SCHEDULE' });
  requireThat("findLearningRate: the loader's number of batches", batches, batches > 0, 'at least 1', {
    code: 'BAD_SCHEDULE',
  });
  if (trainer.pendingStage !== undefined) {
    throw new UlmfitError(
      'STATE_MISMATCH',
      `findLearningRate: the loaded state belongs to the unfinished fit ${trainer.pendingStage}; finish that first`,
    );
  }
  const sweep = new Sweep(steps, options);
  await withStateRestored(trainer, async () => {
    try {
      await trainer.fit({
        stage: 'lr-find',
        train,
        // One more than needed: epochs may differ in length, and the sweep stops by itself.
        epochs: Math.ceil(steps / Math.ceil(batches / accumulate)) + 1,
        lr: 1,
        accumulate,
        plugins: [...plugins, sweep.plugin],
        signal,
        rehearsal: true,
      });
    } catch (error) {
      const diverged = error instanceof UlmfitError && error.code === 'NOT_FINITE' && sweep.rates.length > 0;
      if (!diverged) throw error;
    }
  });
  signal?.throwIfAborted();
  const { rates, losses } = sweep;
  const suggest = (options.suggestions ?? rateSuggestions) as Readonly<Record<Name, RateSuggestion>>;
  // As fastai: the first tenth is the smoothing's start, the last five points are the explosion.
  const seen = [Math.floor(steps / 10), -5] as const;
  const suggestions = Object.fromEntries(
    Object.entries<RateSuggestion>(suggest).map(([name, of]) => [
      name,
      of(rates.slice(...seen), losses.slice(...seen)),
    ]),
  ) as Record<Name, number>;
  return { rates, losses, suggestions };
}

/** How much of the smoothed loss stays at each update (fastai's recorder). */
const BETA = 0.98;

class Sweep {
  readonly rates: number[] = [];
  readonly losses: number[] = [];
  readonly plugin: TrainingPlugin;
  #average = 0;
  #best = Infinity;

  constructor(
    steps: number,
    options: { readonly startLr?: number; readonly endLr?: number; readonly stopFactor?: number },
  ) {
    const { startLr = 1e-7, endLr = 10, stopFactor = 4 } = options;
    requirePositive('findLearningRate: startLr', startLr, { code: 'BAD_SCHEDULE' });
    requirePositive('findLearningRate: endLr', endLr, { code: 'BAD_SCHEDULE' });
    requireThat('findLearningRate: stopFactor', stopFactor, stopFactor > 1, 'above 1', {
      code: 'BAD_SCHEDULE',
    });
    const rateAt = (step: number) => startLr * (endLr / startLr) ** (step / steps);
    this.plugin = {
      name: 'learningRateFinder',
      // After the plugins that set base rates.
      enforce: 'post',
      beforeFit: ({ groups }) => {
        const top = [...groups].at(-1)?.base.lr ?? 1;
        requirePositive("findLearningRate: the top group's rate", top, { code: 'BAD_SCHEDULE' });
        groups.setBase({
          lr: Object.fromEntries([...groups].map(({ name, base }) => [name, base.lr / top])),
        });
      },
      rate: ({ step }) => rateAt(step),
      afterBatch: (ctx) => {
        this.rates.push(rateAt(this.rates.length));
        const smoothed = this.#smooth(ctx.last['loss'] as number);
        this.#best = Math.min(this.#best, smoothed);
        if (smoothed > stopFactor * this.#best) ctx.stop('fit', `the loss is ${stopFactor} times its least`);
        if (this.rates.length >= steps) ctx.stop('fit', 'the sweep is done');
      },
    };
  }

  /** Records and returns the debiased exponential average of the loss. */
  #smooth(loss: number): number {
    this.#average = BETA * this.#average + (1 - BETA) * loss;
    const smoothed = this.#average / (1 - BETA ** (this.losses.length + 1));
    this.losses.push(smoothed);
    return smoothed;
  }
}
