import { describe, expect, it } from 'vitest';
import { earlyStopping, type Metric, type WatchOptions } from '../index.js';
import { disposeToy, thrown, toyLoader, toyTrainer, ulmfitError } from '../toy.test-helper.js';

/** Fits with a metric that takes these values, one an epoch; how many epochs it went. */
async function epochsOf(values: number[], options: WatchOptions & { patience: number; minDelta?: number }) {
  let epoch = 0;
  const scripted: Metric = {
    name: 'scripted',
    measure: () => ({ sum: values[epoch++] as number, weight: 1 }),
  };
  const trainer = toyTrainer({
    metrics: [scripted],
    plugins: [earlyStopping({ watch: 'scripted', ...options })],
  });
  const common = { train: toyLoader([2]), validate: toyLoader([2]) };
  const result = await trainer.fit({ ...common, stage: 's', epochs: values.length });
  disposeToy(trainer);
  return `${result.history.length} ${result.end}${result.reason ? `: ${result.reason}` : ''}`;
}

describe('earlyStopping', () => {
  it.each([
    [[5, 4, 4, 4, 1], { patience: 2 }, '4 stopped: scripted has not got better for 2 validations'],
    [[5, 4, 4, 3, 3, 2], { patience: 2 }, '6 done'],
    [
      [1, 2, 2, 3],
      { patience: 1, better: 'more' as const },
      '3 stopped: scripted has not got better for 1 validations',
    ],
    [
      [5, 4.9, 4.8],
      { patience: 1, minDelta: 0.5 },
      '2 stopped: scripted has not got better for 1 validations',
    ],
    [[NaN, 3, 4, 2, 9], { patience: 2 }, '5 done'],
    [[3, NaN, NaN, 1], { patience: 2 }, '3 stopped: scripted has not got better for 2 validations'],
  ])('of %j by %j goes: %s', async (values, options, expected) => {
    expect(await epochsOf(values, options)).toBe(expected);
  });

  it('counts from zero in each fit', async () => {
    const trainer = toyTrainer({ plugins: [earlyStopping({ patience: 2, better: 'more', minDelta: 1e9 })] });
    const common = { train: toyLoader([2]), validate: toyLoader([2]), epochs: 2 };
    const ends = [];
    for (const stage of ['a', 'b']) ends.push((await trainer.fit({ ...common, stage })).end);
    expect(ends).toEqual(['done', 'done']);
    disposeToy(trainer);
  });

  it.each([
    // The second fit is worse than the first throughout: both are ended, and both have begun.
    ['fits', [5, 6, 7, 1], [8, 9, 4, 3], [3, 2]],
    // By itself it gets better.
    ['fit', [5, 6, 7, 1], [9, 8, 7, 6], [3, 4]],
    ['fits', [5, 6, 7, 1], [9, 4, 7, 6], [3, 4]],
  ] as const)(
    'by the best of the %s, ends fits of %j and %j after %j epochs',
    async (bestOf, one, two, expected) => {
      const left: number[][] = [[...one], [...two]];
      const scripted: Metric = {
        name: 'scripted',
        measure: () => ({ sum: left[0]?.shift() ?? NaN, weight: 1 }),
      };
      const stop = earlyStopping({ watch: 'scripted', patience: 2, bestOf });
      const trainer = toyTrainer({ metrics: [scripted], plugins: [stop] });
      const common = { train: toyLoader([2]), validate: toyLoader([2]), epochs: 4 };
      for (const stage of ['a', 'b']) {
        await trainer.fit({ ...common, stage });
        left.shift();
      }
      const epochs = ['a', 'b'].map((stage) => trainer.history.filter((h) => h.stage === stage).length);
      expect(epochs).toEqual(expected);
      disposeToy(trainer);
    },
  );

  it('refuses a figure that is not there, and a fit without validation', async () => {
    const fit = (watch: string, validates: boolean) => {
      const trainer = toyTrainer({ plugins: [earlyStopping({ patience: 1, watch })] });
      const validate = validates ? toyLoader([2]) : undefined;
      return trainer
        .fit({ stage: 's', train: toyLoader([2]), validate, epochs: 1 })
        .finally(() => disposeToy(trainer));
    };
    await expect(fit('f1', true)).rejects.toEqual(
      ulmfitError('NO_SUCH_FIGURE', /^earlyStopping watches f1, but there are loss$/),
    );
    await expect(fit('loss', false)).rejects.toEqual(
      ulmfitError('NO_SUCH_FIGURE', /^earlyStopping watches loss, but the fit has no validation$/),
    );
    expect(thrown(() => earlyStopping({ patience: 0 }))).toEqual(ulmfitError('BAD_OPTION', /patience is 0/));
    expect(thrown(() => earlyStopping({ patience: 1, minDelta: NaN }))).toEqual(
      ulmfitError('BAD_OPTION', /minDelta is NaN/),
    );
  });
});
