import { model, train, validate } from './language-model.js';
import { clipGlobalNorm, ntAsgd } from '@ulmfit/optimizers';
import { createTrainer } from '@ulmfit/trainer';

const { optimizer, plugin } = ntAsgd({ patience: 5, weightDecay: 1.2e-6 });
const trainer = createTrainer({ model, optimizer, plugins: [plugin, clipGlobalNorm(0.25)] });
await trainer.fit({ stage: 'pretrain', train, validate, epochs: 2, lr: 1 });
