import type { Json, PerGroup, ScheduleAt, TrainingPlugin } from '@ulmfit/trainer';

/** A schedule for all groups, or one that gives a value for each group by name. */
export type GroupSchedule = (at: ScheduleAt) => PerGroup<number>;

/** What a function can't tell of itself. */
export interface ScheduleOptions {
  /** The plugin's name; plugins of one fit need different ones. */
  readonly name?: string;
  /** What the schedule was made with: a run that is resumed is held to it. */
  readonly settings?: Json;
}

/**
 * Makes a schedule a factor of the learning rate: `lr = base x all factors`.
 * @example
 * const plugins = [learningRateSchedule(warmup({ steps: 100 }), { name: 'warmup' }), oneCyclePolicy()];
 * await trainer.fit({ stage: 'all', train, epochs: 2, lr: 1e-2, plugins }); // lr = base x warmup x oneCycle
 */
export function learningRateSchedule(
  schedule: GroupSchedule,
  { name = 'learningRateSchedule', settings }: ScheduleOptions = {},
): TrainingPlugin {
  return { name, ...(settings !== undefined && { settings }), rate: schedule };
}

/**
 * Lets a schedule set the momentum: its values are absolute, and no other plugin may set it.
 * @example
 * await trainer.fit({ stage: 'all', train, epochs: 2, lr: 1e-2, plugins: [momentumSchedule(linear(0.9, 0.8))] });
 */
export function momentumSchedule(
  schedule: GroupSchedule,
  { name = 'momentumSchedule', settings }: ScheduleOptions = {},
): TrainingPlugin {
  return {
    name,
    ...(settings !== undefined && { settings }),
    owns: ['momentum'],
    hyper: { momentum: schedule },
  };
}
