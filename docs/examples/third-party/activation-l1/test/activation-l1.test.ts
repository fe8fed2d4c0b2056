import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tensor2d, type Tensor2D } from '@tensorflow/tfjs-core';
import { createLanguageModel } from '@ulmfit/awd-lstm';
import { adam } from '@ulmfit/optimizers';
import { testPlugin, toyModel } from '@ulmfit/plugin-testkit';
import { createTrainer } from '@ulmfit/trainer';
import { activationL1 } from 'ulmfit-activation-l1';

test('it keeps to the protocol', () => testPlugin(() => activationL1(0.5)));

test('a language model of AWD-LSTM has smaller activations with it', async () => {
  const sizeAfter = async (weight: number) => {
    const model = createLanguageModel({ vocabulary: 6, embedding: 4, hidden: 4, layers: 1 }, { seed: 1 });
    const trainer = createTrainer({ model, optimizer: adam(), plugins: [activationL1(weight)] });
    const row = (from: number): Tensor2D =>
      tensor2d([Array.from({ length: 9 }, (_, i) => (from + i) % 6)], undefined, 'int32');
    const train = {
      batches: () => 1,
      *open() {
        yield { ids: row(0), targets: row(1) };
      },
    };
    const { history } = await trainer.fit({ stage: 'test', train, epochs: 30, lr: 1e-2 });
    trainer.dispose();
    model.dispose();
    return (history.at(-1)?.values['l1'] ?? NaN) / weight;
  };
  const [much, little] = [await sizeAfter(10), await sizeAfter(1e-6)];
  assert.ok(much < little / 2, `${much} against ${little}`);
});

test('a model without the tap is refused, by the compiler and when the trainer is made', () => {
  const model = toyModel();
  assert.throws(
    // @ts-expect-error it has no tap of this name
    () => createTrainer({ model, optimizer: adam(), plugins: [activationL1(1)] }),
    /activationL1 uses the tap dropped; toy has input, hidden/,
  );
  model.dispose();
});
