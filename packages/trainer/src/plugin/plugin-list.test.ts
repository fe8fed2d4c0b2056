import { expect, it } from 'vitest';
import { disposeToy, toyTrainer, type ToyPlugin } from '../toy.test-helper.js';
import { definePlugin } from './define-plugin.js';
import { flatPlugins } from './plugin-list.js';

const named = (name: string): ToyPlugin => ({ name, afterStep: () => undefined });

it('takes lists in lists, and nothing where a condition fails', () => {
  const isLong = Number(1) > 2;
  const list = [named('a'), isLong && named('b'), [null, [named('c')], undefined], named('d')] as const;
  expect(flatPlugins(list).map(({ name }) => name)).toEqual(['a', 'c', 'd']);
  const trainer = toyTrainer({ plugins: list });
  expect(trainer.explain([[named('e')], false])).toContain('afterStep: a, c, d, e');
  disposeToy(trainer);
});

it('gives a plugin its types', () => {
  const plugin = definePlugin({ name: 'p', rate: ({ epoch, epochs }) => 1 - epoch / epochs });
  expect(plugin.rate?.({ step: 1, steps: 4, progress: 0.25, epoch: 1, epochs: 4 })).toBe(0.75);
  // @ts-expect-error -- afterSteps is no hook
  definePlugin({ name: 'p', afterSteps: () => undefined });
});
