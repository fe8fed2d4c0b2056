import { fileURLToPath } from 'node:url';
import { getKernelsForBackend, registerKernel, unregisterKernel } from '@tensorflow/tfjs-core';
import { useBackend } from '@ulmfit/backend-node';
import { loadClassifier } from '@ulmfit/inference/node';
import { expect, it, onTestFinished } from 'vitest';

const model = fileURLToPath(new URL('../../../models/sentiment-en/model.ulmfit', import.meta.url));
const texts = [
  'A film to remember: warm, funny and never too long.',
  'I left after an hour. The plot is thin, and nobody on the screen seems to care about it either.',
  'Good',
  'Not bad for a first film, though the second half drags and the music is far too loud at times.',
  'The worst two hours of my year!',
];

it('gives the logits of a trained int8 model nearly as composed operations do, and the same in any batch', async () => {
  const { backend } = await useBackend({ precision: 'float32' });
  const classifier = await loadClassifier(model);
  onTestFinished(() => classifier.dispose());
  const positive = async (texts: readonly string[]) =>
    (await classifier.predict(texts)).map(({ probabilities }) => probabilities['pos'] ?? NaN);
  const whole = await positive(texts);
  // Some of the head's products are summed in another order.
  for (const [i, text] of texts.entries())
    expect((await positive([text]))[0]).toBeCloseTo(whole[i] ?? NaN, 7);
  const ours = getKernelsForBackend(backend).filter(({ kernelName }) => kernelName.startsWith('Ulmfit'));
  for (const { kernelName } of ours) unregisterKernel(kernelName, backend);
  onTestFinished(() => ours.forEach(registerKernel));
  const composed = await positive(texts);
  const logit = (p: number) => Math.log(p / (1 - p));
  const differences = whole.map((p, i) => Math.abs(logit(p) - logit(composed[i] ?? NaN)));
  // Rounding to 16 bits moved those of 600 reviews by 2e-5 in the middle, and by 1.4e-4 at most.
  expect(Math.max(...differences)).toBeLessThan(2e-4);
  if (ours.some(({ kernelName }) => kernelName === 'UlmfitLstmLayer'))
    expect(Math.max(...differences)).toBeGreaterThan(0);
});
