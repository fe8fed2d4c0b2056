import { describe, expect, it } from 'vitest';
import { createTrainer, type OptimizerFactory } from '../index.js';
import {
  disposeToy,
  momentumSgd,
  toyLoader,
  toyModel,
  toyTrainer,
  ulmfitError,
  type ToyPlugin,
} from '../toy.test-helper.js';

/** What TypeScript would not let through. */
const untyped = (plugin: object): ToyPlugin => plugin as ToyPlugin;
const late = () => Promise.resolve(1);

/** A fit of two steps with one plugin, or what it says. */
async function fitWith(plugin: unknown): Promise<unknown> {
  const trainer = toyTrainer();
  try {
    const fit = { stage: 'fit', train: toyLoader([2, 2]), epochs: 1 };
    return await trainer.fit({ ...fit, plugins: [plugin as ToyPlugin] });
  } catch (error) {
    return error;
  } finally {
    disposeToy(trainer);
  }
}

describe('mistakes that TypeScript would find', () => {
  it.each<[string, unknown, string]>([
    ['a plugin that was not called', function clip() {}, 'plugins[0] is the function clip; call it: clip()'],
    ['no object', 'clip', 'plugins[0] is "clip"; a plugin is an object with a name and some hooks'],
    ['no name', { afterStep() {} }, 'plugins[0] has no name; give it one: its state is kept by it'],
    [
      'settings that JSON has not',
      { name: 'p', settings: { rate: NaN } },
      'p: settings has what JSON can’t hold; give finite numbers, strings, lists and plain objects',
    ],
    [
      'a misspelt hook',
      { name: 'p', afterSteps() {} },
      'p has afterSteps, which is no hook; is it afterStep?',
    ],
    ['no function', { name: 'p', afterStep: 3 }, 'p: afterStep is 3; it must be a function'],
    [
      'an async hook of a step',
      { name: 'p', async afterStep() {} },
      'p: afterStep is async, which no step awaits; make it synchronous, or use a hook between steps',
    ],
    [
      'a hook of a step that gives a promise',
      { name: 'p', afterStep: late },
      'p: afterStep returns a promise, which no step awaits; make it synchronous, or use a hook between steps',
    ],
    [
      'an async rate',
      { name: 'p', rate: async () => 1 },
      'p: rate is async, which no step awaits; make it synchronous, or use a hook between steps',
    ],
    [
      'a rate that gives a promise',
      { name: 'p', rate: late },
      'p: rate returns a promise, which no step awaits; make it synchronous, or use a hook between steps',
    ],
    [
      'a rate in words',
      { name: 'p', rate: () => '0.5' },
      'p: its rate is "0.5" at step 1 of 2; it must be a finite number',
    ],
    [
      'no rate',
      { name: 'p', rate: () => undefined },
      'p: its rate is undefined at step 1 of 2; it must be a finite number',
    ],
    [
      'hyper.lr',
      { name: 'p', hyper: { lr: () => 1 } },
      'p: hyper.lr is not to be set, as the learning rate is a product; give a factor by rate',
    ],
    ['no table', { name: 'p', hyper: 3 }, 'p: hyper is 3; it must be an object of functions'],
    [
      'an unknown gradient',
      { name: 'p', gradients: ({ w0, ...rest }: Record<string, unknown>) => ({ ...rest, W0: w0 }) },
      'p: gradients gives W0, which is not trained here; is it w0?',
    ],
    [
      'no gradients',
      { name: 'p', gradients: () => undefined },
      'p: gradients gives undefined; return the gradients by parameter name',
    ],
    [
      'an async rewrite',
      { name: 'p', rewrite: { hidden: async (x: unknown) => x } },
      'p: rewrite.hidden is async, which no step awaits; make it synchronous, or use a hook between steps',
    ],
  ])('%s', async (_, plugin, message) => {
    expect(await fitWith(plugin)).toEqual(expect.objectContaining({ name: 'UlmfitError', message }));
  });

  it('tells the plugin and the hook that an error comes from, and keeps the error', async () => {
    const broken = new TypeError("can't read x");
    const error = await fitWith({
      name: 'mine',
      afterBatch: () => {
        throw broken;
      },
    });
    expect(error).toBe(broken);
    expect(broken.message).toBe("mine: afterBatch: can't read x");
  });

  it('lets plugins have methods of their own', () => {
    const trainer = toyTrainer();
    expect(() =>
      trainer.explain([untyped({ name: 'p', best: 3, dispose() {}, restore() {} })]),
    ).not.toThrow();
    disposeToy(trainer);
  });

  it('an optimizer that was not called, or is none', () => {
    const model = toyModel();
    const make = (optimizer: unknown) => () =>
      createTrainer({ model, optimizer: optimizer as OptimizerFactory });
    expect(make(momentumSgd)).toThrow(
      'trainer: optimizer is the function momentumSgd; call it: momentumSgd()',
    );
    expect(make('adam')).toThrow(
      'trainer: optimizer is "adam"; give { defaults, create(groups) }, such as adam() of @ulmfit/optimizers',
    );
    model.dispose();
  });

  it('a learning rate in words', async () => {
    const trainer = toyTrainer();
    const fit = { stage: 'fit', train: toyLoader([2]), epochs: 1, lr: '0.1' as unknown as number };
    await expect(trainer.fit(fit)).rejects.toEqual(
      ulmfitError('BAD_RATE', /^lr is "0\.1"; give a number, or one for each group by name$/),
    );
    disposeToy(trainer);
  });
});
