import { describe, expect, it } from 'vitest';
import { spikeWarning, type SpikeWarningOptions, type TrainingContext } from '../index.js';
import { disposeToy, thrown, toyLoader, toyTrainer, ulmfitError, weights } from '../toy.test-helper.js';

/** What is said of these figures, a step each. */
function warnings(
  figures: readonly { loss: number; gradNorm: number }[],
  options: Omit<SpikeWarningOptions, 'onWarning'> = {},
): string[] {
  const said: string[] = [];
  const plugin = spikeWarning({ ...options, onWarning: (message) => said.push(message) });
  figures.forEach((last, i) =>
    plugin.afterBatch?.({ last, stage: 's', epoch: 0, step: i + 1 } as unknown as TrainingContext),
  );
  return said;
}

/** A loss that falls and trembles, as in training. */
const usual = (steps: number, more: Record<number, Partial<{ loss: number; gradNorm: number }>> = {}) =>
  Array.from({ length: steps }, (_, i) => ({
    loss: 4 + 3 * Math.exp(-i / 40) + 0.2 * Math.sin(i * 1.7),
    gradNorm: 1 + 0.8 * Math.sin(i * 2.3),
    ...more[i + 1],
  }));

describe('spikeWarning', () => {
  it('is silent in usual training', () => {
    expect(warnings(usual(2000))).toEqual([]);
  });

  it('tells of a loss and of a norm far above what they were, with step and figures', () => {
    expect(warnings(usual(400, { 300: { loss: 11 }, 350: { gradNorm: 40 } }))).toEqual([
      expect.stringMatching(
        /^s, epoch 1, step 300: the loss is 11\.00, far above its running mean of 4\.\d+; if it goes on, lower/,
      ) as string,
      expect.stringMatching(
        /step 350: the gradients' norm is 40\.00, far above its running mean of 1\.\d+;/,
      ) as string,
    ]);
  });

  it('waits at the beginning and between two warnings', () => {
    const spikes = (...steps: number[]) =>
      Object.fromEntries(steps.map((step) => [step, { gradNorm: 1000 }]));
    expect(warnings(usual(200, spikes(20)))).toEqual([]);
    expect(warnings(usual(200, spikes(100, 110)), { patience: 30 })).toHaveLength(1);
    expect(warnings(usual(400, spikes(100, 350)), { patience: 30 })).toHaveLength(2);
  });

  it('changes nothing, and refuses limits that are none', async () => {
    const train = async (plugins: Parameters<typeof toyTrainer>[0]) => {
      const trainer = toyTrainer(plugins);
      await trainer.fit({ stage: 's', train: toyLoader([2, 2]), epochs: 2 });
      const after = weights(trainer);
      disposeToy(trainer);
      return after;
    };
    const watched = await train({ plugins: [spikeWarning({ onWarning: () => undefined })] });
    expect(watched).toEqual(await train({}));
    expect(thrown(() => spikeWarning({ onWarning: () => undefined, factor: 0 }))).toEqual(
      ulmfitError('BAD_OPTION', /^spikeWarning: factor is 0/),
    );
  });
});
