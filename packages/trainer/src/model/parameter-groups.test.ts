import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assignByName, overwrite, parameter } from './parameter.js';
import { parameterGroup, parameterGroups, type ParameterGroups } from './parameter-groups.js';
import { thrown, ulmfitError } from '../toy.test-helper.js';

const groupsOf = (...names: string[]) =>
  parameterGroups(
    names.map((name) => parameterGroup(name, [parameter(`${name}.w`, 'weight', tf.zeros([2]))])),
  );
const unfrozen = (groups: ParameterGroups) => groups.unfrozen.map((p) => p.name);

describe('ParameterGroups', () => {
  it('freezes below an index, from the bottom or from the top', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.integer({ min: -6, max: 5 }), (length, n) => {
        fc.pre(n >= -length && n < length);
        const groups = groupsOf(...Array.from({ length }, (_, i) => `g${i}`));
        groups.freezeTo(n);
        const first = n < 0 ? length + n : n;
        expect([...groups].map((g) => g.frozen)).toEqual(Array.from({ length }, (_, i) => i < first));
      }),
      { seed: 1 },
    );
  });

  it('thaws what an earlier call had frozen', () => {
    const groups = groupsOf('a', 'b', 'c');
    groups.freezeTo(-1);
    expect(unfrozen(groups)).toEqual(['c.w']);
    groups.freezeTo(-2);
    expect(unfrozen(groups)).toEqual(['b.w', 'c.w']);
    groups.trainOnly(['a', 'c']);
    expect(unfrozen(groups)).toEqual(['a.w', 'c.w']);
    groups.unfreeze();
    expect(unfrozen(groups)).toEqual(['a.w', 'b.w', 'c.w']);
  });

  it.each([3, -4, 0.5, NaN])('refuses freezeTo(%s) of three groups', (n) => {
    expect(thrown(() => groupsOf('a', 'b', 'c').freezeTo(n))).toEqual(
      ulmfitError('BAD_FREEZE', /3 parameter groups/),
    );
  });

  it('refuses unknown and doubled names', () => {
    const groups = groupsOf('a', 'b');
    const unknown = ulmfitError('UNKNOWN_GROUP', /^no parameter group c; there are a, b$/);
    expect(thrown(() => groups.get('c'))).toEqual(unknown);
    expect(thrown(() => groups.trainOnly(['a', 'c']))).toEqual(unknown);
    expect(thrown(() => groups.setBase({ lr: { c: 1 } }))).toEqual(unknown);
    expect(thrown(() => groupsOf('a', 'a'))).toEqual(ulmfitError('BAD_GROUPS', /^group a appears twice/));
    const shared = parameter('w', 'weight', tf.zeros([1]));
    expect(
      thrown(() => parameterGroups([parameterGroup('a', [shared]), parameterGroup('b', [shared])])),
    ).toEqual(ulmfitError('BAD_GROUPS', /^parameter w appears twice/));
  });

  it('leaves all as it was when a name of `trainOnly` is unknown', () => {
    const groups = groupsOf('a', 'b');
    thrown(() => groups.trainOnly(['c']));
    expect(unfrozen(groups)).toEqual(['a.w', 'b.w']);
  });

  it('sets base values for all groups or by name, and the present values follow', () => {
    const groups = groupsOf('a', 'b');
    groups.setBase({ lr: 0.1, momentum: { b: 0.7 }, weightDecay: undefined });
    expect([...groups].map((g) => g.base)).toEqual([
      { lr: 0.1, momentum: 0, weightDecay: 0 },
      { lr: 0.1, momentum: 0.7, weightDecay: 0 },
    ]);
    groups.setHyper('lr', { a: 5 });
    expect(groups.get('a').hyper.lr).toBe(5);
    expect(groups.get('a').base.lr).toBe(0.1);
  });

  it('comes back from JSON, and refuses the groups of another model', () => {
    const groups = groupsOf('a', 'b');
    groups.setBase({ lr: { a: 1, b: 2 } });
    groups.freezeTo(1);
    const json = structuredClone(groups.toJson());
    const other = groupsOf('a', 'b');
    other.fromJson(json);
    expect(other.toJson()).toEqual(json);
    expect(thrown(() => groupsOf('a', 'c').fromJson(json))).toEqual(
      ulmfitError('STATE_MISMATCH', /^the state's groups are a, b; the model's a, c$/),
    );
  });
});

describe('parameters', () => {
  it('may share names with those of another model', () => {
    const [a, b] = [groupsOf('a').parameters, groupsOf('a').parameters];
    expect(a[0]?.variable.name).not.toBe(b[0]?.variable.name);
  });

  it('are overwritten without a leak, also by themselves', () => {
    const p = parameter('w', 'weight', tf.tensor1d([1, 2]));
    const before = tf.memory().numTensors;
    overwrite(p.variable, p.variable);
    assignByName('parameters', [p], { w: p.variable });
    expect([...p.variable.dataSync()]).toEqual([1, 2]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each([
    ['unknown', { w: [2], v: [2] }, /^parameters: the state has an unknown entry v$/],
    ['missing', {}, /^parameters: the state has no w$/],
    ['of another shape', { w: [3] }, /^parameters: w is \[3\] in the state and \[2\] here$/],
  ])('are left alone when an entry is %s', (_, shapes: Record<string, number[]>, message) => {
    const p = parameter('w', 'weight', tf.tensor1d([1, 2]));
    const state = Object.fromEntries(Object.entries(shapes).map(([k, shape]) => [k, tf.ones(shape)]));
    expect(thrown(() => assignByName('parameters', [p], state))).toEqual(
      ulmfitError('STATE_MISMATCH', message),
    );
    expect([...p.variable.dataSync()]).toEqual([1, 2]);
  });
});
