import { train, trainer } from './classifier.js';
import { discriminativeRates } from '@ulmfit/discriminative';

const rates = discriminativeRates({ divisor: 2.6 });
await trainer.fit({ stage: 'all', train, epochs: 1, lr: 1e-2, plugins: [rates] });
