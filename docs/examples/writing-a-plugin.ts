import '@tensorflow/tfjs';
import { mul, sign, sub, tidy } from '@tensorflow/tfjs-core';
import { testOptimizer, testPlugin, testSchedule, testTask } from '@ulmfit/plugin-testkit';
import { rowsTask, type ClassificationTask } from '@ulmfit/text';
import { requireState, type OptimizerFactory } from '@ulmfit/trainer';
import { activationL1 } from './activation-l1.js';
import { stepDecay } from './step-decay.js';

/** Steps of one size in each direction. It remembers nothing, so there is nothing to save. */
export function signSgd({ lr = 1e-3 } = {}): OptimizerFactory {
  return {
    defaults: { lr },
    create: (groups) => ({
      name: 'signSgd',
      step: (gradients) => {
        for (const { parameters, hyper } of groups) {
          for (const { name, variable } of parameters) {
            const gradient = gradients[name]; // none where the group is frozen
            if (gradient) tidy(() => variable.assign(sub(variable, mul(sign(gradient), hyper.lr))));
          }
        }
      },
      stateDict: () => ({ json: {}, tensors: {} }),
      loadStateDict: (state) => requireState('signSgd', state, []),
      reset: () => undefined,
      dispose: () => undefined,
    }),
  };
}

export const ticketsTask = (): ClassificationTask =>
  rowsTask({
    name: 'tickets',
    train: [
      { text: 'The invoice is wrong.', label: 'billing' },
      { text: 'I cannot log in.', label: 'account' },
    ],
    valid: [{ text: 'You charged me twice.', label: 'billing' }],
    unlabelled: ['Where is my parcel?'],
  });

testSchedule(stepDecay({ every: 10_000, factor: 0.5 }).rate);
await testPlugin(() => activationL1(0.1));
await testOptimizer(() => signSgd());
await testTask(ticketsTask);
