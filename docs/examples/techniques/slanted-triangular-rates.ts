import { train, trainer } from './language-model.js';
import { learningRateSchedule, slantedTriangular } from '@ulmfit/schedulers';

const schedule = learningRateSchedule(slantedTriangular({ cutFraction: 0.1, ratio: 32 }));
await trainer.fit({ stage: 'tune', train, epochs: 2, lr: 4e-3, plugins: [schedule] });
