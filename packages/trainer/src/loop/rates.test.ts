import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parameter } from '../model/parameter.js';
import { parameterGroup, parameterGroups, type ParameterGroups } from '../model/parameter-groups.js';
import { applyRates } from './rates.js';
import { simulate } from './simulate.js';
import { thrown, ulmfitError } from '../toy.test-helper.js';

const at = { step: 2, steps: 8, progress: 0.25, epoch: 0, epochs: 2 };
function twoGroups() {
  const made = ['a', 'b'].map((n) => parameterGroup(n, [parameter(`${n}.w`, 'weight', tf.zeros([1]))]));
  const groups = parameterGroups(made);
  groups.setBase({ lr: { a: 0.1, b: 0.4 }, momentum: 0.9 });
  return groups;
}
const rates = (groups: ParameterGroups) => [...groups].map((g) => g.hyper.lr);

describe('applyRates', () => {
  it('multiplies the base by every factor, for all groups or by name, whatever came before', () => {
    const factor = fc.oneof(
      fc.double({ min: 0, max: 4, noNaN: true }),
      fc.record({ a: fc.double({ min: 0, max: 4, noNaN: true }) }),
    );
    fc.assert(
      fc.property(fc.array(factor, { maxLength: 5 }), (factors) => {
        const groups = twoGroups();
        const plugins = factors.map((f, i) => ({ name: `f${i}`, rate: () => f }));
        applyRates(groups, plugins, at);
        applyRates(groups, plugins, at);
        const product = (group: 'a' | 'b') =>
          factors.reduce<number>(
            (p, f) => p * (typeof f === 'number' ? f : group === 'a' ? f.a : 1),
            group === 'a' ? 0.1 : 0.4,
          );
        expect(rates(groups)).toEqual([product('a'), product('b')]);
      }),
      { seed: 1 },
    );
  });

  it('tells factors the time', () => {
    const groups = twoGroups();
    applyRates(groups, [{ name: 'linear', rate: ({ progress }) => 1 - progress }], at);
    expect(rates(groups)).toEqual([0.1 * 0.75, 0.4 * 0.75]);
  });

  it('sets the values that a plugin owns, and the base holds again when it is gone', () => {
    const groups = twoGroups();
    applyRates(groups, [{ name: 'm', hyper: { momentum: () => ({ b: 0.5 }) } }], at);
    expect([...groups].map((g) => g.hyper.momentum)).toEqual([0.9, 0.5]);
    applyRates(groups, [], at);
    expect([...groups].map((g) => g.hyper.momentum)).toEqual([0.9, 0.9]);
  });

  it('refuses what is not finite or out of range, and groups that are not there', () => {
    const groups = twoGroups();
    expect(thrown(() => applyRates(groups, [{ name: 'f', rate: () => NaN }], at))).toEqual(
      ulmfitError('BAD_RATE', /^f: its rate is NaN at step 3 of 8; it must be a finite number$/),
    );
    expect(
      thrown(() => applyRates(groups, [{ name: 'f', hyper: { momentum: () => Infinity } }], at)),
    ).toEqual(ulmfitError('BAD_RATE', /^f: momentum is Infinity/));
    expect(thrown(() => applyRates(groups, [{ name: 'f', rate: () => -1 }], at))).toEqual(
      ulmfitError('BAD_RATE', /^group a: lr is -0.1 at step 3 of 8; it must be 0 or above$/),
    );
    expect(
      thrown(() => applyRates(groups, [{ name: 'f', hyper: { momentum: () => ({ b: 1 }) } }], at)),
    ).toEqual(ulmfitError('BAD_RATE', /^group b: momentum is 1 at step 3 of 8; it must be in \[0, 1\)$/));
    expect(thrown(() => applyRates(groups, [{ name: 'f', rate: () => ({ c: 1 }) }], at))).toEqual(
      ulmfitError('UNKNOWN_GROUP'),
    );
  });
});

describe('simulate', () => {
  it('gives the values of a schedule over a fit', () => {
    expect(simulate(({ step, steps, progress }) => step + steps + progress, 4)).toEqual([4, 5.25, 6.5, 7.75]);
    expect(simulate(() => 1, 0)).toEqual([]);
  });
});
