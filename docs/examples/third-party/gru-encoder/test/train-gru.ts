import { adjustRecipe, presets, run, type RunResult } from '@ulmfit/pipeline';
import { rowsTask, type TextSource } from '@ulmfit/text';
import { gru } from 'ulmfit-gru-encoder';

const good = [
  'a fine day for a walk',
  'the soup was warm and good',
  'what a lovely song',
  'we laughed all evening',
];
const bad = [
  'a dull day of rain',
  'the soup was cold and thin',
  'what a dreary song',
  'we yawned all evening',
];
const rows = Array.from({ length: 16 }, (_, i) => {
  const label = i % 2 === 0 ? 'good' : 'bad';
  const lines = i % 2 === 0 ? good : bad;
  return { text: `${lines[i % 4] ?? ''} and ${lines[(3 * i + 1) % 4] ?? ''}`, label };
});
const corpus: TextSource = {
  name: 'walks',
  settings: { kind: 'walks' },
  documents: () =>
    Array.from({ length: 8 }, (_, i) => `on day ${i} ${good[i % 4] ?? ''} , then ${bad[(i + 1) % 4] ?? ''}`),
  fingerprint: () => Promise.resolve('walks 1'),
};
const recipe = adjustRecipe(
  presets.tiny,
  {
    vocabulary: { maxWords: 60, minCount: 1 },
    languageModel: {
      ...{ batchSize: 2, window: 8, validationShare: 0.2 },
      pretrain: { epochs: 1, lr: 1e-2 },
      finetune: { epochs: 1, lr: 1e-2 },
    },
    classifier: {
      ...{ batchSize: 6, window: 8, maxLength: 16 },
      fits: [
        { name: 'head', freezeTo: -1, epochs: 1, lr: 2e-2, spread: 1 },
        { name: 'all', freezeTo: 0, epochs: 1, lr: 1e-2, spread: 2.6 },
      ],
    },
  },
  'recipe',
);
const task = rowsTask({ train: rows, test: rows.slice(0, 4) });

/** Pretrains, fine-tunes and classifies by a GRU in a folder; kills this process after so many steps of this call. */
export async function trainGru(folder: string, killAfter = Infinity): Promise<RunResult> {
  let left = killAfter;
  return run({
    ...{ folder, task, corpus, recipe, architecture: gru({ features: 8, layers: 2 }) },
    // A checkpoint after each step.
    ...{ saveEvery: 0, tokenCache: false, workers: 1 },
    onEvent: ({ type }) => {
      if (type === 'step' && --left === 0) process.kill(process.pid, 'SIGKILL');
    },
  });
}

const [, script, folder, killAfter] = process.argv;
if (script?.endsWith('train-gru.js') && folder !== undefined) await trainGru(folder, Number(killAfter));
