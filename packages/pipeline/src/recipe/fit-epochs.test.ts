import { expect, it } from 'vitest';
import { fitEpochs } from './fit-epochs.js';

it('gives a fit its epochs, or as many as reach its minimum of steps', () => {
  expect(fitEpochs({ epochs: 4 }, 10)).toBe(4);
  expect(fitEpochs({ epochs: 4, minimumSteps: 40 }, 10)).toBe(4);
  expect(fitEpochs({ epochs: 4, minimumSteps: 41 }, 10)).toBe(5);
  expect(fitEpochs({ epochs: 1, minimumSteps: 500 }, 13)).toBe(39);
  expect(fitEpochs({ epochs: 1, minimumSteps: 5 }, 0)).toBe(5);
});
