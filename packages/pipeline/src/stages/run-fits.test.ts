import { mkdtempSync, readdirSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { folderStore } from '@ulmfit/checkpoint';
import { UlmfitError } from '@ulmfit/errors';
import type { CheckpointStore, Json, TrainingPlugin } from '@ulmfit/trainer';
import { afterAll, describe, expect, it } from 'vitest';
import { trainLanguageModel } from './language-model-stage.js';
import { micro, microData } from '../micro.test-helper.js';
import { Interrupted } from '../stage-context.js';
import type { StageEvent } from '../stage-event.js';

const root = mkdtempSync(join(tmpdir(), 'ulmfit-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const data = microData();

/** Trains to the end, or to the n-th step; what was said of resuming, and the step at which it went on. */
async function train(store: CheckpointStore, steps = Infinity, text = data) {
  const controller = new AbortController();
  let done = 0;
  const plugin: TrainingPlugin = {
    name: 'interrupt',
    afterBatch: () => void (++done === steps && controller.abort()),
  };
  const warnings: string[] = [];
  let from = -1;
  const onEvent = (event: StageEvent) => {
    if (event.type === 'warning') warnings.push(event.message);
    if (event.type === 'begin') from = event.step;
  };
  const { signal } = controller;
  const training = trainLanguageModel({
    ...{ stage: 'pretrain', recipe: micro, data: text, seed: 1, store, saveEvery: 0, signal, onEvent },
    plugins: [plugin],
  } as const);
  if (steps < Infinity) await expect(training).rejects.toThrow(Interrupted);
  else (await training).model.dispose();
  return { warnings, from };
}

/** A folder with the checkpoints of the third and the fourth step. */
async function begun(
  name: string,
): Promise<{ store: CheckpointStore; spoil: (i: number, file: string) => void }> {
  const folder = join(root, name);
  const store = folderStore(folder);
  await train(store, 4);
  const names = readdirSync(folder).sort();
  expect(names).toHaveLength(2);
  return { store, spoil: (i, file) => truncateSync(join(folder, names[i] ?? '', file), 10) };
}

describe('a stage that resumes', () => {
  it('saves at the interval that it is given', async () => {
    const { store } = await begun('interval');
    expect((await store.list()).map(({ step }) => step)).toEqual([3, 4]);
    expect(await train(store, 2)).toEqual({ warnings: [], from: 4 });
  });

  it.each(['tensors.safetensors', 'state.json', 'manifest.json'])(
    'passes over a checkpoint with a spoilt %s and names the one it goes on from',
    async (file) => {
      const { store, spoil } = await begun(`spoilt-${file}`);
      spoil(1, file);
      expect(await train(store, 2)).toEqual({
        warnings: [
          expect.stringMatching(
            /-pretrain-00000004 is corrupt: .*; going on from pretrain-00000003$/,
          ) as string,
        ],
        from: 3,
      });
    },
  );

  it('says that it starts again where no sound checkpoint is left', async () => {
    const { store, spoil } = await begun('none');
    spoil(0, 'state.json');
    spoil(1, 'manifest.json');
    const { warnings, from } = await train(store, 2);
    expect(from).toBe(0);
    expect(warnings).toHaveLength(2);
    for (const warning of warnings)
      expect(warning).toMatch(
        /is corrupt: .*; no other is left, so pretrain starts again from the beginning$/,
      );
  });

  it('refuses to go on with other text, and goes on when that is back', async () => {
    const { store } = await begun('other-data');
    await expect(train(store, Infinity, microData(2))).rejects.toThrow(
      expect.objectContaining({
        code: 'STATE_MISMATCH',
        message: expect.stringMatching(
          /^pretrain: the words differ from those that this run began with/,
        ) as string,
      }),
    );
    expect(await train(store, 2)).toEqual({ warnings: [], from: 4 });
  });

  it('goes on from a checkpoint of a version that did not keep its data', async () => {
    const { store } = await begun('earlier');
    const earlier: CheckpointStore = {
      ...store,
      load: async (name) => {
        const { json, tensors } = await store.load(name);
        const copy = structuredClone(json) as { fit: { plugins: Record<string, Json> } };
        delete copy.fit.plugins['stageData'];
        return { json: copy as unknown as Json, tensors };
      },
    };
    expect(await train(earlier, 2)).toEqual({ warnings: [], from: 4 });
  });

  it('stops where a checkpoint cannot be read now, rather than to lose it', async () => {
    const { store } = await begun('unreadable');
    const failing: CheckpointStore = {
      ...store,
      load: () => {
        throw new UlmfitError('FILE_ERROR', 'cannot read: the disk failed (EIO)');
      },
    };
    await expect(train(failing)).rejects.toThrow(/the disk failed/);
  });
});
