import { describe, expect, it } from 'vitest';
import { aboutDuration, duration } from './duration.js';

describe('duration', () => {
  it('has the units that count', () => {
    expect([0.4, 8, 59.6, 125, 3599.7, 3720].map(duration)).toEqual([
      '0s',
      '8s',
      '1m00s',
      '2m05s',
      '1h00m',
      '1h02m',
    ]);
  });
});

it('is rounded where it is only estimated', () => {
  expect([3, 12, 88, 95, 750, 5399, 5500, 60_000].map(aboutDuration)).toEqual([
    ...['a few seconds', 'about 10 s', 'about 90 s', 'about 2 min', 'about 13 min', 'about 90 min'],
    ...['about 1.5 h', 'about 17 h'],
  ]);
});
