import { createClassifier } from '@ulmfit/awd-lstm';
import { plainDecision, saveClassifier } from '@ulmfit/pipeline';
import { fastaiTokenizer, specialTokens, Vocabulary } from '@ulmfit/text';
import { afterAll, expect, it } from 'vitest';
import { ulmfitHere } from './in-process.test-helper.js';
import { temporaryFolder } from './small-data.test-helper.js';

const { folder, remove } = temporaryFolder();
afterAll(remove);

it('an evaluation that is interrupted says that nothing is left of it', async () => {
  const sizes = { embedding: 4, hidden: 5, layers: 2 };
  const model = createClassifier({ ...sizes, vocabulary: specialTokens.length, classes: 2 });
  const vocabulary = Vocabulary.fromJSON([...specialTokens]);
  saveClassifier(folder, {
    classifier: { model, vocabulary, classes: ['neg', 'pos'], backwards: false },
    tokenizer: fastaiTokenizer(),
    decision: plainDecision,
  });
  model.dispose();
  const others = process.listeners('SIGINT');
  const interrupt = setInterval(() => {
    const [ours] = process.listeners('SIGINT').filter((listener) => !others.includes(listener));
    if (!ours) return;
    clearInterval(interrupt);
    ours('SIGINT');
  }, 1);
  const { code, stdout, stderr } = await ulmfitHere(['evaluate', '--model', folder, '--no-token-cache']);
  clearInterval(interrupt);
  expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
  expect(stderr).toMatch(
    /\nInterrupted; there is no score yet\. Give the same command again to start over\.\n$/,
  );
  expect(stderr).not.toContain('saved');
});
