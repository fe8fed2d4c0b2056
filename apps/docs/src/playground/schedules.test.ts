import { simulate } from '@ulmfit/schedulers';
import { describe, expect, it } from 'vitest';
import { describeCurve } from './describe-curve.js';
import { ownSchedule } from './own-schedule.js';
import { scheduleChoices } from './schedule-choices.js';
import { ticks } from './ticks.js';

describe('a schedule that is chosen', () => {
  it.each(scheduleChoices)('is the one that its code makes: $name', ({ parameters, make, code }) => {
    for (const at of ['start', 'from', 'to'] as const) {
      const values = parameters.map((parameter) => parameter[at]);
      const drawn = simulate(make(values), 40);
      expect(drawn.every(Number.isFinite)).toBe(true);
      expect(ownSchedule(`return ${code(values)};`, 40, 1)).toEqual({ values: drawn });
    }
  });
});

describe('a schedule of one’s own', () => {
  it('knows epochs, and functions of the package', () => {
    expect(ownSchedule('return ({ epoch, epochs }) => 1 - epoch / epochs', 4, 2)).toEqual({
      values: [1, 1, 0.5, 0.5],
    });
  });

  it.each([
    ['return 3', 'Return a function of ({ step, steps, progress, epoch, epochs }).'],
    ['return (', "SyntaxError: Unexpected token '}'"],
    ['return () => nothing', 'ReferenceError: nothing is not defined'],
    ['return ({ step }) => 1 / (2 - step)', 'Step 2 gives Infinity; return a finite number.'],
    ['return () => "1"', 'Step 0 gives 1; return a finite number.'],
    ['return () => Object.create(null)', 'Step 0 gives an object; return a finite number.'],
    ['return warmup({ share: 2 })', 'UlmfitError: warmup: share is 2; it must be from 0 to 1'],
    ['throw { toString: 1 }', 'an object'],
  ])('says in one line what is wrong with %j', (code, error) => {
    expect(ownSchedule(code, 4, 1)).toEqual({ error });
  });
});

it('writes round numbers at an axis', () => {
  expect(ticks(0, 1, 4)).toEqual([0, 0.5, 1]);
  expect(ticks(0, 200, 5)).toEqual([0, 50, 100, 150, 200]);
  expect(ticks(0.13, 0.74, 4)).toEqual([0.2, 0.4, 0.6]);
  expect(ticks(2, 2, 4)).toEqual([2]);
});

it('tells a curve in words', () => {
  expect(describeCurve([0.1, 1, 0.25], 'Factor')).toBe(
    'Factor: from 0.1 to 0.25; highest 1 at step 1, lowest 0.1 at step 0',
  );
  expect(describeCurve([], 'Loss')).toBe('Loss: nothing yet');
});
