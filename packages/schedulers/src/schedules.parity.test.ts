import { simulate, type Schedule } from '@ulmfit/trainer';
import { describe, expect, it } from 'vitest';
import { exponential, linear, polynomial } from './annealing.js';
import { flatCosine } from './flat-cosine.js';
import { golden } from '../../../tools/parity.js';
import { oneCycle, oneCycleMomentum } from './one-cycle.js';
import { slantedTriangular } from './slanted-triangular.js';

interface Settings {
  stlr: Triangle;
  stlr_odd: Triangle;
  one_cycle: {
    lr_max: number;
    div: number;
    div_final: number;
    pct_start: number;
    moms: [number, number, number];
  };
}
interface Triangle {
  T: number;
  lr_max: number;
  cut_frac: number;
  ratio: number;
}

const { found, title, settings, vector } = golden('schedules');

/** The values at progress 0, 1/200, ..., 1, as the golden file has them. */
const at201 = (schedule: Schedule, lr = 1) =>
  Array.from(
    { length: 201 },
    (_, step) => lr * schedule({ step, steps: 200, progress: step / 200, epoch: 0, epochs: 1 }),
  );

function expectClose(ours: readonly number[], theirs: readonly number[], tolerance: number) {
  expect(ours).toHaveLength(theirs.length);
  const worst = Math.max(...ours.map((value, i) => Math.abs(value - (theirs[i] as number))));
  expect(worst).toBeLessThan(tolerance);
}

describe.skipIf(!found)(title('schedules against fastai'), () => {
  it.each(['stlr', 'stlr_odd'] as const)('%s', (name) => {
    const { T, lr_max, cut_frac, ratio } = settings<Settings>()[name];
    const ours = simulate(slantedTriangular({ cutFraction: cut_frac, ratio }), T);
    expectClose(
      ours.map((factor) => lr_max * factor),
      vector(name),
      1e-15,
    );
  });

  it.each([
    ['lin', linear(1, 3)],
    ['exp', exponential(1e-7, 10)],
    ['poly', polynomial(1, 0, 3)],
  ])('%s', (name, schedule) => expectClose(at201(schedule), vector(name), 1e-14));

  // The parts of a combined schedule see their progress in 32 bits, as fastai's do: else these differ by 1e-8.
  it('one_cycle_lr, one_cycle_mom and flat_cos', () => {
    const { lr_max, div, div_final, pct_start, moms } = settings<Settings>().one_cycle;
    const rate = oneCycle({ pctStart: pct_start, div, divFinal: div_final });
    const momentum = oneCycleMomentum(moms, { pctStart: pct_start });
    const flat = flatCosine({ flat: 0.75, divFinal: 1e5 });
    expectClose(at201(rate, lr_max), vector('one_cycle_lr'), 1e-12);
    expectClose(at201(momentum), vector('one_cycle_mom'), 1e-12);
    expectClose(at201(flat, lr_max), vector('flat_cos'), 1e-12);
  });
});
