import { requirePositive, requireThat } from '@ulmfit/errors';
import type { TrainingPlugin } from '@ulmfit/trainer';

export interface MyPluginOptions {
  /** The power of the fall, above 0: 1 is a straight line, more falls faster at first. Default 2. */
  readonly power?: number;
  /** The factor at the end of the fit, above 0 and up to 1. Default 0.01. */
  readonly lowest?: number;
}

/**
 * Lets the learning rate of every group fall from its full value to `lowest` of it over a fit, as a power of what is left.
 * @throws UlmfitError `BAD_OPTION`
 * @example
 * await trainer.fit({ stage: 'all', train, epochs: 10, lr: 1e-2, plugins: [myPlugin({ power: 3 })] });
 */
export function myPlugin({ power = 2, lowest = 0.01 }: MyPluginOptions = {}): TrainingPlugin {
  requirePositive('myPlugin: power', power);
  requireThat('myPlugin: lowest', lowest, lowest > 0 && lowest <= 1, 'above 0 and up to 1');
  return {
    name: 'myPlugin',
    settings: { power, lowest },
    // A factor of the rate: it multiplies those of other plugins. Being a function of time alone, it resumes by itself.
    rate: ({ progress }) => lowest + (1 - lowest) * (1 - progress) ** power,
  };
}
