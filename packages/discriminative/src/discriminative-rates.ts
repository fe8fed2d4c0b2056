import type { Json, ParameterGroups, TrainingPlugin } from '@ulmfit/trainer';
import { dividedRates, slicedRates, type RateRange } from './divided-rates.js';

export interface DiscriminativeRatesOptions {
  /** The top group's rate; the fit's own `lr` unless given. */
  readonly lr?: number;
  /** How many times less each group has than the one above. Default 2.6; 1 gives all the same. */
  readonly divisor?: number;
}

/**
 * Discriminative fine-tuning (ULMFiT, section 3.2): sets each group's base rate, frozen or not, counting groups of
 * parameters and not layers. Schedules multiply it.
 * @throws UlmfitError `BAD_RATES` when the fit begins with a rate or divisor that is not above 0
 * @example
 * await trainer.fit({ stage: 'all', train, epochs: 1, lr: 1e-2, plugins: [discriminativeRates({ divisor: 2.6 })] });
 */
export function discriminativeRates({ lr, divisor }: DiscriminativeRatesOptions = {}): TrainingPlugin {
  return baseRates({ lr: lr ?? null, divisor: divisor ?? null }, (groups) => {
    const top = lr ?? [...groups].at(-1)?.base.lr ?? 0;
    return dividedRates(groups.length, top, divisor);
  });
}

/**
 * Rates from the lowest group's to the top group's by equal factors, as fastai's `slice(low, high)`; one value is for
 * the top group, and a tenth of it for all others, as `slice(high)`.
 * @throws UlmfitError `BAD_RATES` when the fit begins with a rate that is not above 0
 * @example
 * await trainer.fit({ stage: 'all', train, epochs: 1, plugins: [rateSlice(1e-4, 1e-2)] });
 */
export function rateSlice(...slice: RateRange): TrainingPlugin {
  return baseRates({ slice: [...slice] }, (groups) => slicedRates(groups.length, ...slice));
}

/** All plugins that set base rates share one name and own `lr`: a fit takes one of them. */
function baseRates(settings: Json, ratesOf: (groups: ParameterGroups) => number[]): TrainingPlugin {
  return {
    name: 'discriminativeRates',
    settings,
    owns: ['lr'],
    beforeFit: ({ groups }) => {
      const rates = ratesOf(groups);
      groups.setBase({ lr: Object.fromEntries(groups.names.map((name, i) => [name, rates[i] as number])) });
    },
  };
}
