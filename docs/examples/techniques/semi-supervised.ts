import { model, train, unlabelled } from './classifier.js';
import { adam } from '@ulmfit/optimizers';
import { adversarialTraining, rampUp, virtualAdversarialTraining } from '@ulmfit/semi-supervised';
import { createTrainer } from '@ulmfit/trainer';

const plugins = [adversarialTraining(), virtualAdversarialTraining({ unlabelled, weight: rampUp() })];
const trainer = createTrainer({ model, optimizer: adam(), plugins });
await trainer.fit({ stage: 'classify', train, epochs: 2, lr: 1e-2 });
