import { train, trainer } from './classifier.js';
import { gradualUnfreezing, unfreezingPlan } from '@ulmfit/discriminative';
import { oneCyclePolicy } from '@ulmfit/schedulers';

const plan = unfreezingPlan(gradualUnfreezing({ groups: trainer.groups.names, lr: 1e-2 }));
for (const { stage, epochs, plugins } of plan)
  await trainer.fit({ stage, epochs, train, plugins: [...plugins, oneCyclePolicy()] });
