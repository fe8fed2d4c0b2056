import type { Schedule } from '@ulmfit/trainer';
import { describe, expect, it } from 'vitest';
import { testSchedule, type TestScheduleOptions } from './index.js';

let calls = 0;

const wrong: [what: string, schedule: Schedule, options: TestScheduleOptions, message: RegExp][] = [
  [
    'a division by the last step',
    ({ step, steps }) => 1 - step / (steps - 1),
    {},
    /^schedule: is NaN at step 0 of 1; it must be a finite number above 0$/,
  ],
  [
    'a fall to 0',
    ({ step, steps }) => 1 - (step + 1) / steps,
    {},
    /^schedule: is 0 at step 0 of 1; it must be/,
  ],
  [
    'a fall below 0',
    ({ step }) => 1 - step / 10,
    { name: 'fall' },
    /^fall: is 0 at step 10 of 97; it must be a finite number above 0$/,
  ],
  ['no number', () => '0.5' as unknown as number, {}, /^schedule: is "0\.5" at step 0 of 1/],
  [
    'a promise',
    (async () => 1) as unknown as Schedule,
    {},
    /^schedule: gives a promise at step 0 of 1; make it/,
  ],
  [
    'a count of its calls',
    () => ++calls,
    {},
    /^schedule: gives 1 and then 2 at step 0 of 1; make it a function of what it is told/,
  ],
  [
    'a change of what it is told',
    (at) => ++(at as { step: number }).step,
    {},
    /^schedule: throws at step 0 of 1: .*leave what it is told as it is$/,
  ],
  ['a momentum of 1', () => 1, { of: 'momentum' }, /^schedule: is 1 .* a finite number from 0 to below 1$/],
];

describe('testSchedule', () => {
  it('has nothing to say of schedules that hold at every step', () => {
    testSchedule(({ progress }) => 1 - progress);
    testSchedule(({ epoch, epochs }) => ({ top: 1, bottom: (epoch + 1) / epochs }));
    testSchedule({ name: 'two', rate: () => 1, hyper: { momentum: () => 0.9, weightDecay: () => 0 } });
  });

  it.each(wrong)('tells of %s', (_, schedule, options, message) => {
    expect(() => testSchedule(schedule, options)).toThrow(message);
  });

  it('looks at all that a plugin sets', () => {
    expect(() => testSchedule({ name: 'mine', hyper: { momentum: () => 1 } })).toThrow(
      /^mine: momentum: is 1 at/,
    );
    expect(() => testSchedule({ name: 'mine', rate: () => -1 })).toThrow(/^mine: rate: is -1 at/);
    expect(() => testSchedule({ name: 'mine' })).toThrow(
      /^mine: is no schedule: it has neither rate nor hyper/,
    );
  });
});
