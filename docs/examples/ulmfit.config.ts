import { defineConfig } from 'ulmfit';
import { stepDecay } from './step-decay.js';

export default defineConfig({
  data: 'imdb',
  preset: 'small',
  corpus: 'wiki.txt.gz',
  trainReviews: 2000,
  recipe: { languageModel: { finetune: { epochs: 3 } } }, // what differs from the preset
  plugins: [stepDecay({ every: 1000, factor: 0.5 })], // in every fit, with the recipe's
});
