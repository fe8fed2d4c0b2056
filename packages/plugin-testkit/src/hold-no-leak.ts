import { breach } from './breach.js';
import { inTrial, type Moment, type TrialOptions } from './trial.js';

/**
 * Whether as many tensors are alive after a step as at the same step of the epochs before: growth over three epochs in a row is a leak.
 * The first epoch may make what stays.
 * @throws UlmfitError `BREAKS_PROTOCOL`
 */
export function holdNoLeak(name: string, moments: readonly Moment[], options: TrialOptions): void {
  const steps = moments.filter(({ what }) => what === 'step');
  const [first] = steps;
  if (!first) return;
  const alike = steps.filter(({ batch, epoch }) => batch === first.batch && epoch > 0);
  const growth = alike.slice(1).map((moment, i) => moment.unexplained - (alike[i]?.unexplained ?? 0));
  const least = Math.min(...growth);
  if (growth.length < 2 || least <= 0) return;
  const perEpoch = steps.filter(({ epoch }) => epoch === 1).length;
  const each = least % perEpoch === 0 ? `${least / perEpoch} a step` : `${least} an epoch`;
  throw breach(
    name,
    `leaves tensors behind${inTrial(options)}, ${each}; make them within tf.tidy, tf.keep what stays, and free what it replaces`,
  );
}
