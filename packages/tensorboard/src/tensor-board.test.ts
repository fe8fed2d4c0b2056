import { appendFileSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setBackend } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { findLearningRate } from '@ulmfit/schedulers';
import { checkpointing, memoryStore, type TrainingPlugin } from '@ulmfit/trainer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failingFiles } from '../../checkpoint/src/failing-files.test-helper.js';
import { tinyLoader, tinyTrainer } from '../../../tools/tiny-trainer.js';
import { eventsIn } from './events.test-helper.js';
import { tensorBoard } from './tensor-board.js';

const root = mkdtempSync(join(tmpdir(), 'tensorboard-'));
beforeAll(async () => void (await setBackend('cpu')));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const float = Math.fround;
const fit = { stage: 'fit', train: tinyLoader(3), validate: tinyLoader(2), epochs: 2, lr: 0.01 };

/** Keeps what each step and epoch came to. */
function listener() {
  const steps: [number, Record<string, number>][] = [];
  const plugin: TrainingPlugin = {
    name: 'listener',
    afterBatch: (ctx) => void steps.push([ctx.step, { ...ctx.last }]),
  };
  return { steps, plugin };
}

/** Interrupts the fit after so many steps, with a checkpoint. */
async function interrupted(folder: string, after: number) {
  const store = memoryStore();
  const controller = new AbortController();
  const stop: TrainingPlugin = {
    name: 'stop',
    afterBatch: ({ step }) => {
      if (step === after) controller.abort();
    },
  };
  const trainer = tinyTrainer({ plugins: [tensorBoard(folder), stop] });
  await trainer.fit({ ...fit, signal: controller.signal, plugins: [checkpointing({ store })] });
  const [last] = (await store.list()).slice(-1);
  const state = await store.load(last?.name ?? '');
  /** Goes on from the checkpoint to the end. */
  return async () => {
    const trainer = tinyTrainer({ plugins: [tensorBoard(folder)] });
    trainer.loadStateDict(state, { waive: ['stop', 'checkpointing'] });
    await trainer.fit(fit);
  };
}

describe('tensorBoard', () => {
  it('tells each step and each validation, rates by group', async () => {
    const folder = join(root, 'plain');
    const { steps, plugin } = listener();
    const trainer = tinyTrainer({ plugins: [plugin, tensorBoard(folder)] });
    const { history } = await trainer.fit(fit);
    expect(steps).toHaveLength(6);
    expect(eventsIn(join(folder, 'fit', 'train'))).toEqual(
      steps.map(([step, { loss = NaN, gradNorm = NaN }]) => ({
        step,
        values: {
          ...{ loss: float(loss), gradNorm: float(gradNorm) },
          ...{ 'lr/bottom': float(0.01), 'lr/middle': float(0.01), 'lr/top': float(0.01) },
        },
      })),
    );
    expect(eventsIn(join(folder, 'fit', 'valid'))).toEqual(
      history.map(({ step, values }) => ({ step, values: { loss: float(values['valid/loss'] ?? NaN) } })),
    );
  });

  it('leaves out frozen groups, rehearsals, and a folder for what there is not', async () => {
    const folder = join(root, 'frozen');
    const trainer = tinyTrainer({ plugins: [tensorBoard(folder)] });
    trainer.groups.freezeTo(2);
    await findLearningRate(trainer, { train: tinyLoader(3), steps: 20, suggestions: {} });
    expect(existsSync(folder)).toBe(false);
    const { stage, train } = fit;
    await trainer.fit({ stage, train, epochs: 1 });
    expect(Object.keys(eventsIn(join(folder, 'fit', 'train'))[0]?.values ?? {})).toEqual([
      'loss',
      'gradNorm',
      'lr/top',
    ]);
    expect(readdirSync(join(folder, 'fit'))).toEqual(['train']);
  });

  it('goes on where a resumed fit does, as if it had never been stopped', async () => {
    const whole = join(root, 'whole');
    await tinyTrainer({ plugins: [tensorBoard(whole)] }).fit(fit);
    for (const after of [1, 2, 3, 4, 5]) {
      const folder = join(root, `resumed-${after}`);
      const goOn = await interrupted(folder, after);
      // It was at a record when it was killed.
      const train = join(folder, 'fit', 'train');
      appendFileSync(join(train, readdirSync(train)[0] ?? ''), 'half a record');
      await goOn();
      for (const part of ['train', 'valid'])
        expect(eventsIn(join(folder, 'fit', part)), `${part} after ${after}`).toEqual(
          eventsIn(join(whole, 'fit', part)),
        );
    }
  });

  it('drops what is made again, in a file of a new name', async () => {
    const folder = join(root, 'again');
    const goOn = await interrupted(folder, 2);
    await goOn();
    const told = eventsIn(join(folder, 'fit', 'train'));
    expect(told.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6]);
    // As if the machine had stopped before the next checkpoint.
    await goOn();
    expect(eventsIn(join(folder, 'fit', 'train'))).toEqual(told);
    // Killed before it came to remove the old one.
    writeFileSync(join(folder, 'fit', 'train', 'events.out.tfevents.000001.ulmfit'), '');
    await goOn();
    await goOn();
    expect(eventsIn(join(folder, 'fit', 'train'))).toEqual(told);
    expect(readdirSync(join(folder, 'fit', 'train'))).toEqual(['events.out.tfevents.000004.ulmfit']);
    // Both validations came after the checkpoint.
    expect(eventsIn(join(folder, 'fit', 'valid')).map(({ step }) => step)).toEqual([3, 6]);
  });

  it('takes the place of an earlier fit of the stage, and touches no other file', async () => {
    const folder = join(root, 'twice');
    const trainer = tinyTrainer({ plugins: [tensorBoard(folder)] });
    await trainer.fit(fit);
    const notes = join(folder, 'fit', 'train', 'events.out.tfevents.mine');
    writeFileSync(notes, '');
    await trainer.fit({ ...fit, epochs: 1 });
    for (const [part, steps] of [
      ['train', [1, 2, 3]],
      ['valid', [3]],
    ] as const)
      expect(eventsIn(join(folder, 'fit', part)).map(({ step }) => step)).toEqual(steps);
    expect(existsSync(notes)).toBe(true);
  });

  it('ends the fit in one line where the disk is full', async () => {
    for (const at of [0, 1, 3, 4, 7]) {
      const files = failingFiles(at, 'ENOSPC');
      const trainer = tinyTrainer({ plugins: [tensorBoard(join(root, `full-${at}`), { files })] });
      await expect(trainer.fit(fit)).rejects.toThrow(
        expect.objectContaining({
          code: 'FILE_ERROR',
          message: expect.stringMatching(/full-\d.*the disk is full/) as string,
        }),
      );
    }
  });
});
