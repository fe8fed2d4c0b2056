// The program of a model's process for tests: what the texts say, it does.
import { UlmfitError } from '@ulmfit/errors';
import { explanation, prediction } from '../fake-model.test-helper.js';
import { hostModel } from './host-model.js';

hostModel(async (data) => {
  const { label, fails } = data as { label: string; fails?: 'bug' | 'exit' };
  if (fails === 'bug') throw new TypeError('no function');
  if (fails === 'exit') process.exit(3);
  return {
    classes: [label],
    multiLabel: false,
    async *classify(texts, { signal }) {
      if (texts.includes('die')) process.kill(process.pid, 'SIGKILL');
      if (texts.includes('damaged')) throw new UlmfitError('BAD_WEIGHTS', 'no numbers');
      if (texts.includes('work')) while (true) void 0;
      if (texts.includes('wait'))
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      signal.throwIfAborted();
      for (const text of texts) yield text === '' ? null : prediction(label);
    },
    explain: async (text, { classes = [] }) => explanation(text, classes),
    dispose: () => undefined,
  };
});
