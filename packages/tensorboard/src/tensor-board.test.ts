import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setBackend } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { testPlugin, toyLoader, toyTrainer } from '@ulmfit/plugin-testkit';
import { findLearningRate } from '@ulmfit/schedulers';
import { checkpointing, memoryStore, type StateDict, type TrainingPlugin } from '@ulmfit/trainer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failingFiles } from '../../files/src/failing-files.test-helper.js';
import { EventLog } from './event-log.js';
import { eventsIn } from './events.test-helper.js';
import { tensorBoard } from './tensor-board.js';

const root = mkdtempSync(join(tmpdir(), 'tensorboard-'));
beforeAll(async () => void (await setBackend('cpu')));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const float = Math.fround;
const fit = { stage: 'fit', train: toyLoader(3), validate: toyLoader(2), epochs: 2, lr: 0.01 };

/** Keeps what each step came to. */
function listener() {
  const steps: [number, Record<string, number>][] = [];
  const plugin: TrainingPlugin = {
    name: 'listener',
    afterBatch: (ctx) => void steps.push([ctx.step, { ...ctx.last }]),
  };
  return { steps, plugin };
}

/** Where a process ends: what it told since its last checkpoint is made again. */
type End = Pick<TrainingPlugin, 'afterBatch' | 'beforeValidate' | 'afterEpoch' | 'save'>;
const killed = () => {
  throw new Error('killed');
};

const killedAt = (step: number): End => ({
  afterBatch: (ctx) => (ctx.step === step ? killed() : undefined),
});

/** Makes the fit as a process of its own, from a saved state if there is one. @returns what it saved last */
async function fitIn(
  folder: string,
  from?: StateDict,
  end: End = {},
  signal?: AbortSignal,
): Promise<StateDict | undefined> {
  const store = memoryStore();
  const trainer = toyTrainer({ plugins: [tensorBoard(folder), { name: 'end', ...end }] });
  if (from) trainer.loadStateDict(from);
  await trainer
    .fit({ ...fit, signal, plugins: [checkpointing({ store, everySeconds: 0 })] })
    .catch((error: unknown) => expect(String(error)).toMatch(/killed$/));
  const last = (await store.list()).at(-1);
  return last && store.load(last.name);
}

const told = (folder: string, part: string) => eventsIn(join(folder, 'fit', part));
const stepsTold = (folder: string, part: string) => told(folder, part).map(({ step }) => step);

describe('tensorBoard', () => {
  it('keeps to the protocol', async () => {
    let fits = 0;
    await testPlugin(() => tensorBoard(join(root, `protocol-${++fits}`)));
  });

  it('tells each step and each validation, rates by group', async () => {
    const folder = join(root, 'plain');
    const { steps, plugin } = listener();
    const trainer = toyTrainer({ plugins: [plugin, tensorBoard(folder)] });
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
    const trainer = toyTrainer({ plugins: [tensorBoard(folder)] });
    trainer.groups.freezeTo(2);
    await findLearningRate(trainer, { train: toyLoader(3), steps: 20, suggestions: {} });
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
    await fitIn(whole);
    for (const after of [1, 2, 3, 4, 5]) {
      const folder = join(root, `resumed-${after}`);
      const state = await fitIn(folder, undefined, killedAt(after + 1));
      // It was at a record when it was killed.
      const train = join(folder, 'fit', 'train');
      appendFileSync(join(train, readdirSync(train)[0] ?? ''), 'half a record');
      await fitIn(folder, state);
      for (const part of ['train', 'valid'])
        expect(told(folder, part), `${part} after ${after}`).toEqual(told(whole, part));
    }
  });

  it('drops what is made again, in a file of a new name', async () => {
    const folder = join(root, 'again');
    const state = await fitIn(folder, undefined, killedAt(3));
    await fitIn(folder, state);
    const all = told(folder, 'train');
    expect(stepsTold(folder, 'train')).toEqual([1, 2, 3, 4, 5, 6]);
    // As if the machine had stopped before the next checkpoint, again and again.
    for (let i = 0; i < 2; i++) {
      await fitIn(folder, state);
      expect(told(folder, 'train')).toEqual(all);
      // Both validations came after the checkpoint.
      expect(stepsTold(folder, 'valid')).toEqual([3, 6]);
    }
    // The one before is empty: a TensorBoard that reads it looks for the next.
    const train = join(folder, 'fit', 'train');
    const files = readdirSync(train).map((name) => [name, statSync(join(train, name)).size > 0]);
    expect(files).toEqual([
      ['events.out.tfevents.000003.ulmfit', false],
      ['events.out.tfevents.000004.ulmfit', true],
    ]);
  });

  it('leaves nothing that TensorBoard reads where it is killed while rewriting', async () => {
    const folder = join(root, 'rewritten');
    const state = await fitIn(folder, undefined, killedAt(3));
    await fitIn(folder, state);
    const all = told(folder, 'train');
    const train = join(folder, 'fit', 'train');
    for (let at = 0; at < 4; at++) {
      expect(
        () => new EventLog(train, (step) => step < 5, failingFiles(at, 'EIO', { forever: true })),
      ).toThrow(/the disk failed/);
      const steps = eventsIn(train).map(({ step }) => step);
      // The old ones, or the new ones as well until the old file is emptied.
      expect([
        [1, 2, 3, 4, 5, 6],
        [1, 2, 3, 4],
        [1, 2, 3, 4, 5, 6, 1, 2, 3, 4],
      ]).toContainEqual(steps);
      await fitIn(folder, state);
      expect(told(folder, 'train')).toEqual(all);
    }
  });

  it('tells a validation once that is made again', async () => {
    const folder = join(root, 'validated');
    const controller = new AbortController();
    const interrupt = { beforeValidate: () => controller.abort() };
    const inValidation = await fitIn(folder, undefined, interrupt, controller.signal);
    for (let i = 0; i < 2; i++) {
      await fitIn(folder, inValidation, {
        save: (_, moment) => (moment === 'epoch' ? killed() : undefined),
      });
      expect(stepsTold(folder, 'valid')).toEqual([3]);
    }
    await fitIn(folder, inValidation);
    expect(stepsTold(folder, 'valid')).toEqual([3, 6]);
  });

  it('knows the epochs of an earlier fit of the stage from its own', async () => {
    const folder = join(root, 'namesake');
    const store = memoryStore();
    const trainer = toyTrainer({ plugins: [tensorBoard(folder)] });
    await trainer.fit(fit);
    const last: TrainingPlugin = {
      name: 'last',
      save: (_, moment) => (moment === 'epoch' ? killed() : undefined),
    };
    await expect(
      trainer.fit({ ...fit, plugins: [last, checkpointing({ store, everySeconds: 0 })] }),
    ).rejects.toThrow('killed');
    const state = await store.load((await store.list()).at(-1)?.name ?? '');
    await fitIn(folder, state);
    expect(stepsTold(folder, 'valid')).toEqual([3, 6]);
  });

  it('does not tell of a rehearsal, nor lose what an earlier fit of its name has told', async () => {
    const folder = join(root, 'rehearsal');
    const trainer = toyTrainer({ plugins: [tensorBoard(folder)] });
    await trainer.fit(fit);
    await trainer.fit({ ...fit, rehearsal: true });
    expect(stepsTold(folder, 'train')).toEqual([1, 2, 3, 4, 5, 6]);
    expect(stepsTold(folder, 'valid')).toEqual([3, 6]);
  });

  it('stays in its folder, whatever a stage is called', async () => {
    const folder = join(root, 'inside', 'logs');
    const { train } = fit;
    for (const stage of ['../escaped', '/rooted', 'a/b', '..']) {
      await toyTrainer({ plugins: [tensorBoard(folder)] }).fit({ stage, train, epochs: 1 });
    }
    expect(readdirSync(join(root, 'inside'))).toEqual(['logs']);
    expect(readdirSync(folder).sort()).toEqual(['a', 'escaped', 'rooted', 'train']);
  });

  it('takes the place of an earlier fit of the stage, and touches no other file', async () => {
    const folder = join(root, 'twice');
    const trainer = toyTrainer({ plugins: [tensorBoard(folder)] });
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
      const trainer = toyTrainer({ plugins: [tensorBoard(join(root, `full-${at}`), { files })] });
      await expect(trainer.fit(fit)).rejects.toThrow(
        expect.objectContaining({
          code: 'FILE_ERROR',
          message: expect.stringMatching(/full-\d.*the disk is full/) as string,
        }),
      );
    }
  });
});
