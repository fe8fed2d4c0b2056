import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { memory } from '@tensorflow/tfjs-core';
import { corpusText } from '@ulmfit/data-files';
import { imdbTask } from '@ulmfit/data-imdb';
import { presets, run, type RunOptions, type StageEvent } from '@ulmfit/pipeline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTensorFlow, withReason } from './engine.test-helper.js';
import { temporaryFolder, writeCorpus, writeReviews } from './small-data.test-helper.js';

const { missing } = await startTensorFlow();
const { folder, remove } = temporaryFolder();
afterAll(remove);

const stages = ['pretrain', 'finetune', 'classify', 'evaluate'] as const;
const models = ['pretrain', 'finetune', 'model'] as const;

describe.skipIf(missing !== undefined)(withReason('a run that is interrupted', missing), () => {
  let settings: Omit<RunOptions, 'folder'>;
  beforeAll(async () => {
    settings = {
      task: await imdbTask({ data: writeReviews(folder), validShare: 0.2 }),
      corpus: corpusText(writeCorpus(folder)),
      seed: 7,
      recipe: presets.tiny,
    };
  });

  /** Runs until the end, or until so many steps are made. @returns the stages in which steps were made */
  async function runSteps(name: string, steps: number): Promise<{ ended: boolean; stages: Set<string> }> {
    const controller = new AbortController();
    const seen = new Set<string>();
    let left = steps;
    const onEvent = (event: StageEvent) => {
      if (event.type !== 'step') return;
      seen.add(event.stage);
      if (--left === 0) controller.abort();
    };
    try {
      await run({ ...settings, folder: join(folder, name), stages, signal: controller.signal, onEvent });
      return { ended: true, stages: seen };
    } catch (error) {
      if (!(error instanceof Error && error.name === 'Interrupted')) throw error;
      return { ended: false, stages: seen };
    }
  }

  const bytes = (name: string, file: string) => readFileSync(join(folder, name, file));
  /** What `metrics.jsonl` tells, but for the time that it took. */
  const metrics = (name: string) =>
    bytes(name, 'metrics.jsonl')
      .toString()
      .trim()
      .split('\n')
      .map((line) => ({ ...(JSON.parse(line) as Record<string, unknown>), seconds: 0 }));

  it('in each stage, again and again, ends with the same bytes', { timeout: 300_000 }, async () => {
    const before = memory().numTensors;
    expect((await runSteps('whole', Infinity)).ended).toBe(true);

    const interruptions = { pretrain: 0, finetune: 0, classify: 0 };
    const counts = [3, 1, 8, 5];
    for (let i = 0; ; i++) {
      const { ended, stages } = await runSteps('interrupted', counts[i % counts.length] as number);
      if (ended) break;
      const last = [...stages].at(-1) as keyof typeof interruptions;
      interruptions[last]++;
    }
    for (const [stage, count] of Object.entries(interruptions))
      expect(count, stage).toBeGreaterThanOrEqual(2);

    for (const model of models) {
      for (const file of ['weights.safetensors', 'vocabulary.json', 'bundle.json'])
        expect(
          bytes('interrupted', `${model}/${file}`).equals(bytes('whole', `${model}/${file}`)),
          `${model}/${file}`,
        ).toBe(true);
    }
    expect(metrics('interrupted')).toEqual(metrics('whole'));
    expect(memory().numTensors).toBe(before);
  });
});
