import { expect, inject, it } from 'vitest';
import { classify } from './use.js';

const { address, texts, predictions } = inject('expected');

it('classifies a visitor’s text in a worker', async () => {
  const parts: number[] = [];
  const [prediction] = await classify(`${address}/classifier.ulmfit`, texts[1] ?? '', (part) =>
    parts.push(part),
  );
  expect(prediction?.label).toBe(predictions[1]?.label);
  expect(parts.at(-1)).toBe(1);
});
