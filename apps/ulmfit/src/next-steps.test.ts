import { expect, it } from 'vitest';
import { nextLines, nextSteps } from './next-steps.js';

const seconds = 1;
const model = { vocabulary: 9, tokens: 9, perplexity: 2, accuracy: 0.5, seconds };

it('says what to type after each kind of run', () => {
  const commands = (...args: Parameters<typeof nextSteps>) =>
    nextLines(nextSteps(...args)).map((line) => line.replace(/^(next:)? +.*?ulmfit(\.js)? /, ''));
  expect(commands('runs/mine', { classify: { seconds } }, ['classify', 'evaluate'], 'a.csv')).toEqual([
    "predict --model runs/mine 'a text'   # classify a text",
    "explain runs/mine 'a text'   # see why",
  ]);
  expect(commands('lm', { pretrain: model }, ['pretrain'], 'sample')).toEqual([
    'run --pretrained lm --data FILE   # learn a task with it',
  ]);
  expect(commands('tuned', { finetune: model }, ['finetune'], 'my data.csv')).toEqual([
    "classify --from tuned --data 'my data.csv'   # train the classifier",
  ]);
  // A settings file names the task.
  expect(commands('tuned', { finetune: model }, ['finetune'], undefined)).toEqual([
    'classify --from tuned   # train the classifier',
  ]);
});
