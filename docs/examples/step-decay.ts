import type { TrainingPlugin } from '@ulmfit/trainer';

export interface StepDecayOptions {
  /** Updates between two falls. */
  readonly every: number;
  /** What each fall multiplies the rate by. */
  readonly factor: number;
}

/** Falls by `factor` each `every` updates. */
export function stepDecay({ every, factor }: StepDecayOptions) {
  return {
    name: 'stepDecay',
    settings: { every, factor },
    rate: ({ step }) => factor ** Math.floor(step / every),
  } satisfies TrainingPlugin;
}
