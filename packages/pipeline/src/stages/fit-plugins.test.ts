import { simulate } from '@ulmfit/trainer';
import { describe, expect, it } from 'vitest';
import { schedulePlugins } from './fit-plugins.js';
import { presets } from '../recipe/recipe.js';

describe('schedulePlugins', () => {
  const steps = 200;
  const peakOf = (schedule: 'one-cycle' | 'stlr', warmup?: number) => {
    const [plugin] = schedulePlugins({ ...presets.small, schedule }, warmup);
    const rates = simulate((at) => Number(plugin?.rate?.(at)), steps);
    expect(Math.max(...rates)).toBeCloseTo(1, 6);
    return rates.indexOf(Math.max(...rates)) / steps;
  };

  it('has its peak where the recipe says, or where the schedule has it by itself', () => {
    expect(peakOf('one-cycle')).toBe(0.25);
    expect(peakOf('one-cycle', 0.5)).toBe(0.5);
    expect(peakOf('stlr')).toBe(0.1);
    expect(peakOf('stlr', 0.3)).toBe(0.3);
  });

  it('leaves a constant rate to a scheduler of one’s own', () => {
    expect(schedulePlugins({ ...presets.small, schedule: 'constant' })).toEqual([]);
  });
});
