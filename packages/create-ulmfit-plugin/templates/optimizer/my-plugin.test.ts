import assert from 'node:assert/strict';
import { it } from 'node:test';
import { tensor1d } from '@tensorflow/tfjs-core';
import { testOptimizer } from '@ulmfit/plugin-testkit';
import { parameter, parameterGroup, parameterGroups } from '@ulmfit/trainer';
import { myPlugin } from './my-plugin.js';

it('steps by the sign of the momentum', () => {
  const weight = parameter('w', 'weight', tensor1d([1, 1]));
  const groups = parameterGroups([parameterGroup('all', [weight])]);
  const factory = myPlugin({ lr: 0.5, beta1: 0.5, beta2: 0.5 });
  groups.setBase(factory.defaults);
  const optimizer = factory.create(groups);
  // The momentum is 1 and -2 after the first step: the second's gradients don't turn the first weight's direction.
  optimizer.step({ w: tensor1d([2, -4]) });
  optimizer.step({ w: tensor1d([-0.5, 4]) });
  assert.deepEqual([...weight.variable.dataSync()], [0, 1]);
});

it('is an optimizer as the trainer needs it', () => testOptimizer(() => myPlugin({ lr: 0.01 })));

it('refuses settings that make no sense', () => {
  assert.throws(() => myPlugin({ beta1: 1 }), {
    message: /^myPlugin: beta1 is 1; it must be from 0 to below 1$/,
  });
});
