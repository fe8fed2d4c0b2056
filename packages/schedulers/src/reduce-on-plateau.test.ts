import { emptyBatches, momentumSgd, oneWeight } from '@ulmfit/plugin-testkit';
import { checkpointing, createTrainer, memoryStore, type Metric, type TrainingPlugin } from '@ulmfit/trainer';
import { describe, expect, it } from 'vitest';
import { reduceOnPlateau } from './reduce-on-plateau.js';

/** Validation figures that are given, one after the other. */
function figures(values: readonly number[]): Metric<object> {
  let at = 0;
  return { name: 'figure', measure: () => ({ sum: values[at++] ?? NaN, weight: 1 }) };
}

const batches = emptyBatches(1);
const fit = (epochs: number) => ({ stage: 's', train: batches, validate: batches, epochs, lr: 1 });

async function rates(values: readonly number[], plugin: TrainingPlugin) {
  const model = oneWeight();
  const seen: number[] = [];
  const see: TrainingPlugin = {
    name: 'see',
    afterStep: ({ groups }) => void seen.push(groups.get('all').hyper.lr),
  };
  const trainer = createTrainer({
    model,
    optimizer: momentumSgd(),
    metrics: [figures(values)],
    plugins: [plugin, see],
  });
  await trainer.fit(fit(values.length));
  await trainer.fit({ ...fit(1), stage: 't' });
  trainer.dispose();
  model.dispose();
  return seen;
}

describe('reduceOnPlateau', () => {
  it('waits, reduces, waits again, and begins the next fit at the full rate', async () => {
    const watch = { watch: 'figure', better: 'more' } as const;
    const plugin = reduceOnPlateau({ ...watch, factor: 0.5, patience: 1, minDelta: 0.1 });
    // Better by 0.05 is not better; NaN never is.
    expect(await rates([1, 1.05, 0.9, 2, 1, NaN, 1, 1, 1], plugin)).toEqual([
      1, 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25, 0.125, 1,
    ]);
  });

  it('goes no lower than told', async () => {
    const plugin = reduceOnPlateau({ watch: 'figure', factor: 0.5, patience: 0, least: 0.3 });
    expect(await rates([1, 1, 1, 1, 1], plugin)).toEqual([1, 1, 0.5, 0.3, 0.3, 1]);
  });

  it('goes on where it was', async () => {
    const store = memoryStore();
    const seen: number[] = [];
    const run = async (values: number[], stopAt?: number) => {
      const model = oneWeight();
      const abort = new AbortController();
      const see: TrainingPlugin = {
        name: 'see',
        afterStep: ({ groups }) => void seen.push(groups.get('all').hyper.lr),
        afterEpoch: ({ epoch }) => void (epoch === stopAt && abort.abort()),
      };
      const plateau = reduceOnPlateau({ watch: 'figure', factor: 0.5, patience: 1 });
      const trainer = createTrainer({
        model,
        optimizer: momentumSgd(),
        metrics: [figures(values)],
        plugins: [plateau, see, checkpointing({ store, keepBest: false })],
      });
      const newest = (await store.list()).at(-1);
      if (newest) trainer.loadStateDict(await store.load(newest.name));
      await trainer.fit({ ...fit(6), signal: abort.signal });
      trainer.dispose();
      model.dispose();
    };
    await run([1, 1], 1);
    await run([1, 1, 1, 1]);
    expect(seen).toEqual([1, 1, 1, 0.5, 0.5, 0.25]);
    for (const { name } of await store.list()) await store.remove(name);
  });

  it('refuses a fit without validation, and a factor that raises', async () => {
    const model = oneWeight();
    const trainer = createTrainer({ model, optimizer: momentumSgd(), plugins: [reduceOnPlateau()] });
    await expect(trainer.fit({ ...fit(1), validate: undefined })).rejects.toThrow(
      'reduceOnPlateau watches loss, but the fit has no validation',
    );
    trainer.dispose();
    model.dispose();
    expect(() => reduceOnPlateau({ factor: 2 })).toThrow(
      'reduceOnPlateau: factor is 2; it must be above 0 and below 1',
    );
  });
});
