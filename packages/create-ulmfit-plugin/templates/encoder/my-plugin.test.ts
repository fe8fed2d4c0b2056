import assert from 'node:assert/strict';
import { it } from 'node:test';
import { tensor2d } from '@tensorflow/tfjs-core';
import { createLanguageModel } from '@ulmfit/awd-lstm';
import { momentumSgd, testEncoder } from '@ulmfit/plugin-testkit';
import { createTrainer } from '@ulmfit/trainer';
import { createMyPlugin, myPlugin } from './my-plugin.js';

const sizes = { vocabulary: 7, features: 3 };

it('is an encoder', () => testEncoder(() => createMyPlugin({ ...sizes, layers: 2 })));

it('learns what follows what', async () => {
  const model = createLanguageModel({ encoder: createMyPlugin(sizes) });
  const trainer = createTrainer({ model, optimizer: momentumSgd({ lr: 0.5 }) });
  const text = Array.from({ length: 13 }, (_, i) => i % 4);
  const train = {
    batches: () => 1,
    *open() {
      const row = (from: number) => tensor2d([text.slice(from, from + 12)], undefined, 'int32');
      yield { ids: row(0), targets: row(1) };
    },
  };
  const { history } = await trainer.fit({ stage: 'test', train, epochs: 20 });
  const [first, last] = [history[0], history.at(-1)].map((epoch) => epoch?.values['loss'] ?? NaN);
  assert((last ?? NaN) < (first ?? NaN) / 2, `${first} to ${last}`);
  trainer.dispose();
  model.dispose();
});

it('is made by its architecture, of the sizes that a bundle keeps', () => {
  const architecture = myPlugin({ features: 3, layers: 2 });
  const config = {
    ...(JSON.parse(JSON.stringify(architecture.sizes)) as typeof architecture.sizes),
    vocabulary: 7,
  };
  const encoder = architecture.create(config);
  assert.equal(encoder.architecture, architecture.name);
  assert.deepEqual(encoder.config, config);
  const parameters = [encoder.embedding, ...encoder.groups.flatMap((group) => group.parameters)];
  const numbers = parameters.reduce((sum, { variable }) => sum + variable.size, 0);
  assert.equal(architecture.memory?.(config).parameters, numbers);
});

it('refuses sizes that make no sense', () => {
  assert.throws(() => createMyPlugin({ vocabulary: 7, features: 0 }), {
    message: /^myPlugin: features is 0; it must be an integer from 1$/,
  });
});
