import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { orderPlugins } from './plugin-order.js';
import { thrown, toyTrainer, ulmfitError } from '../toy.test-helper.js';

interface Named {
  name: string;
  enforce?: 'pre' | 'post';
  after?: string[];
  requires?: string[];
}

const names = (plugins: readonly Named[]) => orderPlugins(plugins).map((p) => p.name);

/** Plugins in any list order whose `after` and `requires` point only to lower numbers of no later rank. */
const acyclic = fc
  .array(
    fc.record({
      rank: fc.constantFrom(0, 1, 2),
      waits: fc.array(fc.nat(11), { maxLength: 4 }),
      must: fc.boolean(),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .chain((drawn) => {
    const plugins = drawn.map(({ rank, waits, must }, i): Named => {
      const before = waits.filter((w) => w < i && (drawn[w]?.rank ?? 3) <= rank).map((w) => `p${w}`);
      return {
        name: `p${i}`,
        ...(rank === 1 ? {} : { enforce: rank === 0 ? 'pre' : 'post' }),
        ...(must ? { requires: before } : { after: [...before, 'absent'] }),
      };
    });
    return fc.shuffledSubarray(plugins, { minLength: plugins.length });
  });

describe('orderPlugins', () => {
  it('orders any acyclic set by enforce and by who waits for whom', () => {
    fc.assert(
      fc.property(acyclic, (plugins) => {
        const ordered = orderPlugins(plugins);
        expect(new Set(ordered)).toEqual(new Set(plugins));
        const place = new Map(ordered.map((p, i) => [p.name, i]));
        const rank = { pre: 0, normal: 1, post: 2 };
        ordered.forEach((plugin, i) => {
          for (const name of [...(plugin.after ?? []), ...(plugin.requires ?? [])]) {
            if (place.has(name)) expect(place.get(name)).toBeLessThan(i);
          }
          const next = ordered[i + 1];
          if (next) {
            expect(rank[plugin.enforce ?? 'normal']).toBeLessThanOrEqual(rank[next.enforce ?? 'normal']);
          }
        });
        // Ordering what is ordered changes nothing.
        expect(orderPlugins(ordered)).toEqual(ordered);
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  it('keeps the order of the list where nothing else is said', () => {
    expect(names([{ name: 'c' }, { name: 'a' }, { name: 'b', enforce: 'pre' }])).toEqual(['b', 'c', 'a']);
    expect(names([{ name: 'c', after: ['b'] }, { name: 'a' }, { name: 'b' }])).toEqual(['b', 'c', 'a']);
  });

  it.each<[string, Named[], RegExp]>([
    [
      'a cycle',
      [
        { name: 'x', after: ['a'] },
        { name: 'a', after: ['b'] },
        { name: 'b', requires: ['a'] },
      ],
      /^plugins wait for each other: a -> b -> a$/,
    ],
    ['a plugin that waits for itself', [{ name: 'a', after: ['a'] }], /a -> a/],
    ['a requirement that is not there', [{ name: 'a', requires: ['b'] }], /^a requires the plugin b/],
    ['two of one name', [{ name: 'a' }, { name: 'a' }], /^two plugins are named a/],
    [
      'an order against enforce',
      [{ name: 'a', enforce: 'pre', after: ['b'] }, { name: 'b' }],
      /^a runs after b, but their enforce says the opposite$/,
    ],
  ])('refuses %s', (_, plugins, message) => {
    expect(thrown(() => orderPlugins(plugins))).toEqual(ulmfitError('BAD_PLUGINS', message));
  });

  it('refuses two owners of one hyperparameter, be it by `owns` or by `hyper`', () => {
    const owner = { name: 'a', owns: ['momentum'] };
    const setter = { name: 'b', hyper: { momentum: () => 0.9 } };
    expect(thrown(() => orderPlugins<Named>([owner, setter]))).toEqual(
      ulmfitError('BAD_PLUGINS', /^both a and b set momentum/),
    );
    expect(orderPlugins<Named>([{ ...owner, ...setter }])).toHaveLength(1);
  });
});

describe('the check of plugins against a model', () => {
  it.each([
    ['a slash in a name', { name: 'a/b' }, /"a\/b"/],
    ['an empty name', { name: '' }, /neither empty/],
    ['half a state', { name: 'a', stateDict: () => ({ json: null, tensors: {} }) }, /^a has only one of/],
    [
      'a tap that the model lacks',
      { name: 'a', taps: ['cell'] as never[] },
      /^a uses the tap cell; toy has input, hidden$/,
    ],
  ])('refuses %s when the trainer is made', (_, plugin, message) => {
    expect(thrown(() => toyTrainer({ plugins: [plugin] }))).toEqual(ulmfitError('BAD_PLUGINS', message));
  });
});
