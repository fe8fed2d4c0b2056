import { train, trainer } from './language-model.js';
import { oneCyclePolicy } from '@ulmfit/schedulers';

const policy = oneCyclePolicy({ pctStart: 0.25, momentums: [0.8, 0.7, 0.8] });
await trainer.fit({ stage: 'tune', train, epochs: 2, lr: 4e-3, plugins: [policy] });
