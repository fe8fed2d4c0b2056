import '@tensorflow/tfjs'; // any backend, with gradients
import { matMul, mean, square, sub, tensor2d, zeros, type Tensor2D } from '@tensorflow/tfjs-core';
import { sgd } from '@ulmfit/optimizers';
import { checkpointing, createTrainer, memoryStore, parameter, parameterGroup } from '@ulmfit/trainer';
import type { Loader, Model, TrainingPlugin } from '@ulmfit/trainer';

type Batch = { x: Tensor2D; y: Tensor2D };

const weight = parameter('weight', 'weight', zeros([1, 1]));
const model: Model<Batch, Tensor2D> = {
  name: 'line',
  groups: [parameterGroup('line', [weight])], // from the input to the output
  taps: [],
  forward: ({ x }) => matMul(x, weight.variable),
  loss: (output, { y }) => mean(square(sub(output, y))),
  targets: ({ y }) => y.shape[0],
  dispose: () => weight.variable.dispose(),
};

const train: Loader<Batch> = {
  batches: () => 10,
  *open({ batch }) {
    for (let i = batch; i < 10; i++) yield { x: tensor2d([[i], [1]]), y: tensor2d([[3 * i], [3]]) };
  },
};

/** A scheduler is a factor of the learning rate: a pure function of time, which resumes by itself. */
const linearDecay: TrainingPlugin = { name: 'linearDecay', rate: ({ progress }) => 1 - progress };

const trainer = createTrainer({
  model,
  optimizer: sgd(),
  plugins: [checkpointing({ store: memoryStore() })],
  seed: 1,
});
await trainer.fit({ stage: 'line', train, validate: train, epochs: 2, lr: 0.01, plugins: [linearDecay] });
console.log(weight.variable.dataSync()); // [3]
console.log(trainer.explain([linearDecay])); // event by event, what runs
