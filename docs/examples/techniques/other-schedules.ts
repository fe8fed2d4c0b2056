import { train, trainer } from './language-model.js';
import { cosine, learningRateSchedule, warmup } from '@ulmfit/schedulers';

const plugins = [
  learningRateSchedule(warmup({ steps: 100 }), { name: 'warmup' }),
  learningRateSchedule(cosine(1, 0)),
];
await trainer.fit({ stage: 'tune', train, epochs: 2, lr: 4e-3, plugins });
