import { requireThat } from '@ulmfit/errors';
import type { TrainingPlugin } from '../plugin/plugin.js';
import type { TrainingContext } from '../plugin/training-context.js';

export interface SpikeWarningOptions {
  /** Told of each spike, in one line. */
  readonly onWarning: (message: string) => void;
  /** A loss is a spike this many standard deviations above its running mean. Default 6. */
  readonly deviations?: number;
  /** A gradient's norm, before clipping, is far out at this many times its running mean. Default 10. */
  readonly factor?: number;
  /** Steps that are watched before any is warned of, and between two warnings of one figure. Default 50. */
  readonly patience?: number;
}

/** How much the last steps count in the running mean: about the last hundred. */
const SHARE = 0.01;
/** The least standard deviation, as a share of the mean: a loss that hardly moves is no cause for alarm. */
const LEAST_DEVIATION = 0.02;

/**
 * Warns of a loss or gradient norm far above that of the last steps: often the first sign of a learning rate that is too
 * high. It changes nothing, and keeps nothing in checkpoints: a resumed fit is
 * watched from the start.
 * @throws UlmfitError `BAD_OPTION`
 * @example
 * await trainer.fit({ stage: 'all', train, epochs: 1, lr: 1e-2, plugins: [spikeWarning({ onWarning: console.warn })] });
 */
export function spikeWarning(options: SpikeWarningOptions): TrainingPlugin {
  const { onWarning, deviations = 6, factor = 10, patience = 50 } = options;
  for (const [name, value] of Object.entries({ deviations, factor, patience })) {
    requireThat(`spikeWarning: ${name}`, value, value > 0, 'above 0');
  }
  const loss = new RunningFigure(patience);
  const norm = new RunningFigure(patience);
  const warn = ({ stage, epoch, step }: TrainingContext, what: string) =>
    onWarning(
      `${stage}, epoch ${epoch + 1}, step ${step}: ${what}; if it goes on, lower the learning rate or clip the gradients`,
    );
  return {
    name: 'spikeWarning',
    beforeFit: () => {
      loss.reset();
      norm.reset();
    },
    afterBatch: (ctx) => {
      const { loss: value = NaN, gradNorm = NaN } = ctx.last;
      const spread = Math.max(loss.deviation, LEAST_DEVIATION * Math.abs(loss.mean));
      if (loss.isSpike(value, loss.mean + deviations * spread))
        warn(ctx, `the loss is ${show(value)}, far above its running mean of ${show(loss.mean)}`);
      if (norm.isSpike(gradNorm, factor * norm.mean))
        warn(
          ctx,
          `the gradients' norm is ${show(gradNorm)}, far above its running mean of ${show(norm.mean)}`,
        );
      loss.add(value);
      norm.add(gradNorm);
    },
  };
}

const show = (value: number): string => value.toPrecision(4);

/** The running mean and deviation of a figure. */
class RunningFigure {
  readonly #patience: number;
  #count = 0;
  #warnedAt = -Infinity;
  #variance = 0;
  mean = 0;

  constructor(patience: number) {
    this.#patience = patience;
  }

  get deviation(): number {
    return Math.sqrt(this.#variance);
  }

  reset(): void {
    this.#count = 0;
    this.#warnedAt = -Infinity;
    this.#variance = 0;
    this.mean = 0;
  }

  /** Whether to warn of a value above the limit. */
  isSpike(value: number, limit: number): boolean {
    if (!(value > limit) || this.#count < this.#patience) return false;
    if (this.#count - this.#warnedAt < this.#patience) return false;
    this.#warnedAt = this.#count;
    return true;
  }

  add(value: number): void {
    // A plain mean at first, then one that forgets: Finch 2009, Incremental calculation of weighted mean and variance, section 9.
    const share = Math.max(SHARE, 1 / ++this.#count);
    const change = value - this.mean;
    this.mean += share * change;
    this.#variance = (1 - share) * (this.#variance + share * change * change);
  }
}
