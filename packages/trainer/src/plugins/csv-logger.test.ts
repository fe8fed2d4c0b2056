import { dispose } from '@tensorflow/tfjs-core';
import { testPlugin } from '@ulmfit/plugin-testkit';
import { describe, expect, it } from 'vitest';
import { csvLogger } from '../index.js';
import { disposeToy, recorder, thrown, toyLoader, toyTrainer, ulmfitError } from '../toy.test-helper.js';

/** A logger, and what it has written. */
function logger() {
  const written: string[] = [];
  const plugin = csvLogger({ write: async (csv) => void written.push(csv) });
  /** The last table, row by row, with no seconds. */
  const table = () =>
    (written.at(-1) ?? '')
      .trimEnd()
      .split('\n')
      .map((row) => row.replace(/^((?:"[^"]*"|[^,]*),\d+,\d+),[\d.e-]+,/, '$1,'));
  return { plugin, written, table };
}

const head = { stage: 'head, alone', epochs: 1, train: toyLoader([2, 2]) };
const all = { stage: 'all', epochs: 2, train: toyLoader([2]), validate: toyLoader([2]) };

describe('csvLogger', () => {
  it('has a row for each epoch of all fits, and a column for each figure', async () => {
    const { plugin, written, table } = logger();
    const trainer = toyTrainer({ plugins: [plugin] });
    for (const fit of [head, all]) await trainer.fit(fit);
    expect(written).toHaveLength(3);
    expect(table()).toEqual([
      'stage,epoch,step,seconds,loss,gradNorm,valid/loss',
      expect.stringMatching(/^"head, alone",1,2,[\d.]+,[\d.]+,$/) as string,
      expect.stringMatching(/^all,1,1(,[\d.]+){3}$/) as string,
      expect.stringMatching(/^all,2,2(,[\d.]+){3}$/) as string,
    ]);
    disposeToy(trainer);
  });

  it('writes the same table when a fit is resumed', async () => {
    const [whole, resumed] = [logger(), logger()];
    const { store, plugin } = recorder();
    const first = toyTrainer({ plugins: [whole.plugin, plugin] });
    for (const fit of [head, all]) await first.fit(fit);
    const second = toyTrainer({ plugins: [resumed.plugin] });
    const saved = (await store.list()).find(({ stage, epoch }) => stage === all.stage && epoch === 1);
    const state = await store.load(saved?.name ?? '');
    second.loadStateDict(state);
    dispose(Object.values(state.tensors));
    await second.fit(all);
    expect(resumed.table()).toEqual(whole.table());
    [first, second].forEach(disposeToy);
  });

  it('keeps to the protocol', () => testPlugin(() => csvLogger({ write: () => undefined })));

  it('refuses a path, and lets a table that can’t be written end the fit', async () => {
    const path = thrown(() => csvLogger({ write: 'history.csv' as never }));
    expect(path).toEqual(
      ulmfitError('BAD_OPTION', /^csvLogger: write is "history\.csv"; it must be a function of the table$/),
    );
    const trainer = toyTrainer({ plugins: [csvLogger({ write: () => Promise.reject(new Error('full')) })] });
    await expect(trainer.fit({ stage: 's', epochs: 1, train: toyLoader([2]) })).rejects.toThrow(
      /csvLogger.*afterEpoch.*full/,
    );
    disposeToy(trainer);
  });
});
