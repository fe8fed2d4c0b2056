import type { PerGroup, ScheduleAt, TrainingPlugin } from '@ulmfit/trainer';

/** A schedule for all groups, or one that gives a value for each group by name. */
export type GroupSchedule = (at: ScheduleAt) => PerGroup<number>;

/** A plugin's name; plugins of one fit need different ones. */
export interface NameOption {
  readonly name?: string;
}

/** Makes a schedule a factor of the learning rate: `lr = base x all factors`. */
export function learningRateSchedule(
  schedule: GroupSchedule,
  { name = 'learningRateSchedule' }: NameOption = {},
): TrainingPlugin {
  return { name, rate: schedule };
}

/** Lets a schedule set the momentum: its values are absolute, and no other plugin may set it. */
export function momentumSchedule(
  schedule: GroupSchedule,
  { name = 'momentumSchedule' }: NameOption = {},
): TrainingPlugin {
  return { name, owns: ['momentum'], hyper: { momentum: schedule } };
}
