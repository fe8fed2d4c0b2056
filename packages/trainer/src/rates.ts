import type { Hyperparameter, ParameterGroups, PerGroup } from './parameter-groups.js';
import type { ScheduleAt, TrainingPlugin } from './plugin.js';

type RatePlugin = Pick<TrainingPlugin, 'name' | 'rate' | 'hyper'>;

const of = (value: PerGroup<number>, group: string): number =>
  typeof value === 'number' ? value : (value[group] ?? 1);

/**
 * Sets what holds at this step: `hyper = base`, then the absolute values that plugins own, and
 * `hyper.lr = base.lr x the product of all factors`.
 */
export function applyRates(groups: ParameterGroups, plugins: readonly RatePlugin[], at: ScheduleAt): void {
  for (const group of groups) Object.assign(group.hyper, group.base);
  for (const { rate, hyper } of plugins) {
    if (rate) {
      const factor = rate(at);
      for (const group of groups) group.hyper.lr *= of(factor, group.name);
    }
    for (const [key, value] of Object.entries(hyper ?? {})) {
      if (value) groups.setHyper(key as Hyperparameter, value(at));
    }
  }
}
