import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testPlugin, testSchedule, toyLoader, toyTrainer } from '@ulmfit/plugin-testkit';
import { stepDecay } from 'ulmfit-step-decay';

test('it is a schedule', () => testSchedule(stepDecay({ every: 2, factor: 0.5 })));

test('it keeps to the protocol', () => testPlugin(() => stepDecay({ every: 3, factor: 0.5 })));

test('a training has its rates', async () => {
  const rates: number[] = [];
  const trainer = toyTrainer({
    plugins: [
      stepDecay({ every: 2, factor: 0.5, least: 0.3 }),
      { name: 'seen', beforeStep: ({ groups }) => void rates.push(groups.get('top').hyper.lr) },
    ],
  });
  await trainer.fit({ stage: 'test', train: toyLoader(6), epochs: 1, lr: 1 });
  assert.deepEqual(rates, [1, 1, 0.5, 0.5, 0.3, 0.3]);
});

test('settings that make no sense are refused', () => {
  assert.throws(
    () => stepDecay({ every: 0, factor: 0.5 }),
    /stepDecay: every is 0; it must be an integer from 1/,
  );
  assert.throws(
    () => stepDecay({ every: 1, factor: 2 }),
    /stepDecay: factor is 2; it must be above 0 and below 1/,
  );
});
