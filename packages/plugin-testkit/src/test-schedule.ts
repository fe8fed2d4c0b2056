import { brief } from '@ulmfit/errors';
import type { PerGroup, ScheduleAt, TrainingPlugin } from '@ulmfit/trainer';
import { breach, hold } from './breach.js';

/** What a schedule gives: a factor of the learning rate, or absolute values of a hyperparameter. */
export type ScheduleOf = 'rate' | 'momentum' | 'weightDecay';

export interface TestScheduleOptions {
  /** Its name in messages. Default: the plugin's, or `schedule`. */
  readonly name?: string;
  /** What it gives, where it is no plugin. Default `rate`. */
  readonly of?: ScheduleOf;
}

/** What each kind of value has to be at every step: no step may be one that no weight is changed by, nor one that turns. */
const ranges: Readonly<Record<ScheduleOf, readonly [must: string, isGood: (value: number) => boolean]>> = {
  rate: ['above 0', (v) => v > 0],
  momentum: ['from 0 to below 1', (v) => v >= 0 && v < 1],
  weightDecay: ['0 or above', (v) => v >= 0],
};

/** Fits of one update to a million: the long ones at some of their steps. */
const LENGTHS = [1, 2, 3, 10, 97, 1_000_000];
const MOST_STEPS = 100;

/** A schedule for all groups, or one that gives a value for each group by name. */
export type GroupSchedule = (at: ScheduleAt) => PerGroup<number>;

/**
 * Tests a schedule over fits of one update to a million and of one epoch to five, from step 0 to
 * the last: a finite number in its range at each, the same each time it is asked and in whatever order, and no trace in what it is told.
 * @param schedule a schedule, or a plugin with `rate` or `hyper` that depends on time alone
 * @throws UlmfitError `BREAKS_PROTOCOL`, which names the step and what to change
 * @example
 * it('is a schedule', () => testSchedule(slantedTriangular()));
 */
export function testSchedule(
  schedule: GroupSchedule | TrainingPlugin,
  { name, of = 'rate' }: TestScheduleOptions = {},
): void {
  if (typeof schedule === 'function') return holdSchedule(name ?? 'schedule', schedule, of);
  const who = name ?? schedule.name;
  const { rate, hyper } = schedule;
  hold(who, !!(rate ?? hyper), () => 'is no schedule: it has neither rate nor hyper; use testPlugin for it');
  if (rate) holdSchedule(`${who}: rate`, (at) => rate.call(schedule, at), 'rate');
  for (const of of ['momentum', 'weightDecay'] as const) {
    const values = hyper?.[of];
    if (values) holdSchedule(`${who}: ${of}`, (at) => values.call(hyper, at), of);
  }
}

function holdSchedule(who: string, schedule: GroupSchedule, of: ScheduleOf): void {
  for (const steps of LENGTHS) {
    for (const epochs of [1, 3, 5].filter((n) => n <= steps)) {
      const moments = sampled(steps).map((step): ScheduleAt => {
        const epoch = Math.floor((step * epochs) / steps);
        return Object.freeze({ step, steps, progress: step / steps, epoch, epochs });
      });
      const forwards = moments.map((at) => JSON.stringify(valueAt(who, schedule, of, at)));
      const backwards = moments.map((_, i) => moments[moments.length - 1 - i] as ScheduleAt);
      for (const [i, at] of backwards.entries()) {
        const again = JSON.stringify(valueAt(who, schedule, of, at));
        const before = forwards[forwards.length - 1 - i];
        if (again === before) continue;
        throw breach(
          who,
          `gives ${before} and then ${again} at ${placeOf(at)}; make it a function of what it is told, or a plugin with a state`,
        );
      }
    }
  }
}

/** All steps of a short fit; of a long one the first, the last and some between. */
const sampled = (steps: number): number[] =>
  steps <= MOST_STEPS
    ? Array.from({ length: steps }, (_, step) => step)
    : Array.from({ length: MOST_STEPS }, (_, i) => Math.round((i * (steps - 1)) / (MOST_STEPS - 1)));

const placeOf = ({ step, steps, epochs }: ScheduleAt): string =>
  `step ${step} of ${steps}${epochs > 1 ? ` in ${epochs} epochs` : ''}`;

function valueAt(who: string, schedule: GroupSchedule, of: ScheduleOf, at: ScheduleAt): PerGroup<number> {
  let given: unknown;
  try {
    given = schedule(at);
  } catch (error) {
    throw breach(
      who,
      `throws at ${placeOf(at)}: ${error instanceof Error ? error.message : brief(error)}; it must give a value at every step, and leave what it is told as it is`,
    );
  }
  const values = typeof given === 'object' && given !== null ? Object.values(given) : [given];
  const [must, isGood] = ranges[of];
  if (given instanceof Promise) given.catch(() => undefined);
  hold(who, !(given instanceof Promise), () => `gives a promise at ${placeOf(at)}; make it synchronous`);
  const bad = values.findIndex((v) => typeof v !== 'number' || !Number.isFinite(v) || !isGood(v));
  hold(
    who,
    bad < 0 && values.length > 0,
    () => `is ${brief(values[bad])} at ${placeOf(at)}; it must be a finite number ${must}`,
  );
  return given as PerGroup<number>;
}
