import { brief, UlmfitError } from '@ulmfit/errors';
import { callHook } from '../plugin/call-hook.js';
import type { Hyperparameter, ParameterGroup, ParameterGroups, PerGroup } from '../model/parameter-groups.js';
import type { ScheduleAt, TrainingPlugin } from '../plugin/plugin.js';

/** The part of a plugin that this needs; it holds for any model. */
type RatePlugin = Pick<TrainingPlugin, 'name' | 'rate' | 'hyper'>;

/** A group that a factor does not name keeps its rate. */
const of = (value: PerGroup<number>, group: string): number =>
  typeof value === 'number' ? value : (value[group] ?? 1);

/** A wrong number here would ruin the weights after the step's numbers have been found good. */
function checked(
  plugin: string,
  what: string,
  value: PerGroup<number>,
  groups: ParameterGroups,
  at: ScheduleAt,
) {
  const values = typeof value === 'object' && value !== null ? Object.values(value) : [value];
  const bad = values.findIndex((v: unknown) => typeof v !== 'number' || !Number.isFinite(v));
  if (bad >= 0) {
    throw new UlmfitError(
      'BAD_RATE',
      `${plugin}: ${what} is ${brief(values[bad])} at step ${at.step + 1} of ${at.steps}; it must be a finite number`,
    );
  }
  if (typeof value !== 'number') for (const name of Object.keys(value)) groups.get(name);
  return value;
}

/** What a hyperparameter must be beyond finite, in words and as a test; one that another package adds need not be more. */
const ranges: Partial<Record<Hyperparameter, readonly [must: string, isGood: (value: number) => boolean]>> = {
  lr: ['0 or above', (v) => v >= 0],
  momentum: ['in [0, 1)', (v) => v >= 0 && v < 1],
  weightDecay: ['0 or above', (v) => v >= 0],
};

function requireInRange({ name, base, hyper }: ParameterGroup, at: ScheduleAt): void {
  if (Number.isNaN(base.lr)) {
    throw new UlmfitError(
      'BAD_RATE',
      `group ${name} has no learning rate; set lr on the fit or the optimizer`,
    );
  }
  for (const key of Object.keys(hyper) as Hyperparameter[]) {
    const value = hyper[key];
    const [must, isGood] = ranges[key] ?? ['finite', () => true];
    if (Number.isFinite(value) && isGood(value)) continue;
    throw new UlmfitError(
      'BAD_RATE',
      `group ${name}: ${key} is ${value} at step ${at.step + 1} of ${at.steps}; it must be ${must}`,
    );
  }
}

/**
 * Sets what holds at this step: `hyper = base`, then the absolute values that plugins own, and
 * `hyper.lr = base.lr x the product of all factors`.
 * @throws UlmfitError `BAD_RATE` for a factor that is not finite, a value that can't be or no learning rate, `UNKNOWN_GROUP`
 */
export function applyRates(groups: ParameterGroups, plugins: readonly RatePlugin[], at: ScheduleAt): void {
  for (const group of groups) Object.assign(group.hyper, group.base);
  for (const plugin of plugins) {
    const { name } = plugin;
    if (plugin.rate) {
      const given = callHook(plugin, 'rate', plugin.rate, at);
      const factor = checked(name, 'its rate', given, groups, at);
      for (const group of groups) group.hyper.lr *= of(factor, group.name);
    }
    for (const [key, value] of Object.entries(plugin.hyper ?? {})) {
      if (!value) continue;
      const given = callHook(plugin, `hyper.${key}`, value, at);
      groups.setHyper(key as Hyperparameter, checked(name, key, given, groups, at));
    }
  }
  for (const group of groups) if (!group.frozen) requireInRange(group, at);
}
