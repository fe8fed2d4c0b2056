import { readFileSync } from 'node:fs';
import { createTrainer, type TrainingPlugin } from '@ulmfit/trainer';
import { sgd } from '@ulmfit/optimizers';
import { expect, it } from 'vitest';
import {
  adversarialTraining,
  virtualAdversarialTraining,
  type LogitsOutput,
  type WordsTap,
} from './index.js';
import { allTexts, meanOfWords, type ToyTexts } from './texts.test-helper.js';

interface Transcript {
  readonly loss: number;
  readonly gradients: Readonly<Record<string, readonly number[]>>;
}

type Plugin = TrainingPlugin<ToyTexts, LogitsOutput, WordsTap>;

const golden = JSON.parse(
  readFileSync(new URL('golden.test-helper.json', import.meta.url), 'utf8'),
) as Readonly<Record<'plain' | 'adversarial' | 'virtual', Transcript>>;

/** The figures and the gradients of one step. */
async function step(plugin: Plugin) {
  const model = meanOfWords();
  const gradients: Record<string, number[]> = {};
  const recorder: Plugin = {
    name: 'recorder',
    gradients: (all) => {
      for (const [name, g] of Object.entries(all)) gradients[name] = [...g.dataSync()];
      return all;
    },
  };
  const trainer = createTrainer({ model, optimizer: sgd(), seed: 5, plugins: [plugin, recorder] });
  const { history } = await trainer.fit({ stage: 'golden', train: allTexts, epochs: 1, lr: 0 });
  trainer.dispose();
  model.dispose();
  return { values: history[0]?.values ?? {}, gradients };
}

it.each<[string, 'adversarial' | 'virtual', Plugin]>([
  ['adversarial', 'adversarial', adversarialTraining({ share: 0.1, weight: 0.5 })],
  ['virtualAdversarial', 'virtual', virtualAdversarialTraining({ share: 0.1, weight: 0.5 })],
])('%s: the loss and all gradients of PyTorch', async (term, key, plugin) => {
  const { values, gradients } = await step(plugin);
  const { plain, [key]: told } = golden;
  expect(values['loss']).toBeCloseTo(plain.loss, 6);
  expect(values[term]).toBeCloseTo(0.5 * told.loss, 6);
  for (const [name, all] of Object.entries(told.gradients)) {
    all.forEach((g, i) =>
      expect(gradients[name]?.[i]).toBeCloseTo((plain.gradients[name]?.[i] ?? NaN) + 0.5 * g, 6),
    );
  }
});
