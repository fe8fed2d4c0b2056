import { expect, it } from 'vitest';
import { presets } from '../recipe/recipe.js';
import { checkSettings } from './check-settings.js';

it('refuses slices where terms read texts without a label', () => {
  const semiSupervised = {
    texts: 100,
    adversarial: 0,
    virtualAdversarial: 1,
    entropy: 0,
    share: 0.02,
    rampUp: 0,
  };
  const { tiny } = presets;
  const settings = {
    ...{ task: null, corpus: null, backwards: false, transfer: true, linear: false, seed: 1 },
    recipe: { ...tiny, classifier: { ...tiny.classifier, semiSupervised } },
    ...{ plugins: {}, optimizer: {} },
  };
  expect(() => checkSettings(settings)).not.toThrow();
  expect(() => checkSettings({ ...settings, slices: 2 })).toThrow(
    expect.objectContaining({
      code: 'BAD_RECIPE',
      message: expect.stringContaining('needs one slice, and this run has 2') as string,
    }),
  );
});
