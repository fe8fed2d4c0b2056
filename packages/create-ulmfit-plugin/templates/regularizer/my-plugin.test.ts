import assert from 'node:assert/strict';
import { it } from 'node:test';
import { momentumSgd, testPlugin, toyTextLoader, toyTextModel } from '@ulmfit/plugin-testkit';
import { createTrainer } from '@ulmfit/trainer';
import { myPlugin } from './my-plugin.js';

/** The term of the last epoch, of a model that is trained with this weight. */
async function termAfterTraining(weight: number): Promise<number> {
  const trainer = createTrainer({
    model: toyTextModel(),
    optimizer: momentumSgd(),
    plugins: [myPlugin(weight)],
  });
  const { history } = await trainer.fit({ stage: 'test', train: toyTextLoader([4, 4]), epochs: 10 });
  trainer.dispose();
  trainer.model.dispose();
  return (history.at(-1)?.values['myPlugin'] ?? NaN) / weight;
}

it('makes activations smaller', async () => {
  assert((await termAfterTraining(1)) < (await termAfterTraining(1e-6)));
});

it('keeps to the protocol', () => testPlugin(() => myPlugin(0.5)));

it('refuses a weight that makes no sense', () => {
  assert.throws(() => myPlugin(-1), {
    message: /^myPlugin: weight is -1; it must be a finite number, 0 or above$/,
  });
});
