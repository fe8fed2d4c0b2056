import { describe, expect, it } from 'vitest';
import { duration } from './duration.js';

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
