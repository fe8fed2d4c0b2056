import { fileTask } from '@ulmfit/data-files';
import { sgd } from '@ulmfit/optimizers';
import { reduceOnPlateau } from '@ulmfit/schedulers';
import { defineConfig } from 'ulmfit';
import { activationL1 } from './activation-l1.js';

export default defineConfig({
  task: () => fileTask({ data: 'docs/data/tickets.csv', textColumns: ['subject', 'message'] }),
  recipe: { schedule: 'constant' }, // a custom scheduler instead of the recipe's
  optimizer: { classify: sgd({ momentum: 0.9 }) }, // the other stages have the recipe's Adam
  plugins: {
    all: () => [reduceOnPlateau({ patience: 2 })], // one for each stage
    classify: [activationL1(0.1)],
  },
});
