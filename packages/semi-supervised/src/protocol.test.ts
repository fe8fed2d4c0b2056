import { testPlugin, type Bench } from '@ulmfit/plugin-testkit';
import { it } from 'vitest';
import {
  adversarialTraining,
  entropyMinimization,
  rampUp,
  virtualAdversarialTraining,
  type LogitsOutput,
  type WordsTap,
} from './index.js';
import { meanOfWords, toyTexts, type ToyTexts } from './texts.test-helper.js';

const bench: Bench<ToyTexts, LogitsOutput, WordsTap> = {
  model: meanOfWords,
  train: toyTexts([[0, 1], [2]]),
  validate: toyTexts([[1, 2]]),
};
const unlabelled = toyTexts([[2], [0, 1, 2], [1]]);

it.each([
  ['adversarial training', () => adversarialTraining({ share: 0.1 })],
  [
    'that of unlabelled texts',
    () => virtualAdversarialTraining({ share: 0.1, unlabelled, weight: rampUp() }),
  ],
  ['entropy minimisation of unlabelled texts', () => entropyMinimization({ unlabelled, weight: 0.5 })],
] as const)('%s keeps to the protocol', async (_, make) => {
  await testPlugin<ToyTexts, LogitsOutput, WordsTap>(make, bench);
});
