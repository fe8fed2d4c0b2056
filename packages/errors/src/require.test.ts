import { describe, expect, it } from 'vitest';
import {
  requireBelowOne,
  requireInteger,
  requireNotNegative,
  requirePositive,
  requireShare,
  requireThat,
} from './require.js';

const checks = { requireBelowOne, requireInteger, requireNotNegative, requirePositive, requireShare };

describe('the checks of settings', () => {
  it.each([
    ['requireBelowOne', [0, 0.5, 0.999], [1, -0.1, NaN, Infinity]],
    ['requireInteger', [1, 2, 2 ** 40], [0, -1, 1.5, NaN, Infinity]],
    ['requireNotNegative', [0, 0.5, 1e300], [-1e-9, NaN, Infinity]],
    ['requirePositive', [1e-300, 5], [0, -1, NaN, Infinity]],
    ['requireShare', [0, 0.5, 1], [1.001, -1, NaN]],
  ] as const)('%s takes and refuses', (name, good, bad) => {
    const check = (value: number) => checks[name]('x: y', value);
    for (const value of good) expect(() => check(value), `${value}`).not.toThrow();
    for (const value of bad) {
      expect(() => check(value), `${value}`).toThrow(
        expect.objectContaining({
          code: 'BAD_OPTION',
          message: expect.stringMatching(new RegExp(`^x: y is ${value}; it must be .`)) as string,
        }),
      );
    }
  });

  it('have limits and codes of their own', () => {
    requireInteger('seed', 0, { from: 0, to: 9, code: 'BAD_SEED' });
    expect(() => requireInteger('seed', 10, { from: 0, to: 9, code: 'BAD_SEED' })).toThrow(
      expect.objectContaining({ code: 'BAD_SEED', message: 'seed is 10; it must be an integer from 0 to 9' }),
    );
  });

  it('take text for no number, and show it in one line', () => {
    const given = JSON.parse('"0.5\\n"') as number;
    expect(() => requireShare('x', given)).toThrow('x is "0.5\\n"; it must be from 0 to 1');
    expect(() => requireThat('x', [1, 2], false, 'short')).toThrow('x is [1, 2]; it must be short');
  });
});
