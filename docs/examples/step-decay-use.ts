import '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import { createLanguageModel } from '@ulmfit/awd-lstm';
import { discriminativeRates } from '@ulmfit/discriminative';
import { adam } from '@ulmfit/optimizers';
import { languageModelLoader, TokenCorpus } from '@ulmfit/text';
import { createTrainer } from '@ulmfit/trainer';
import { stepDecay } from './step-decay.js';

const corpus = TokenCorpus.fromDocuments([Array.from({ length: 200 }, (_, i) => 9 + ((i * i) % 11))]);
const train = languageModelLoader(corpus, { batchSize: 4, window: 10 });
const model = createLanguageModel({ vocabulary: 20, embedding: 8, hidden: 8, layers: 1 });
const trainer = createTrainer({ model, optimizer: adam() });
const options = { every: 2, factor: 0.5 };

const plugins = [discriminativeRates({ lr: 0.01 }), stepDecay({ every: 2, factor: 0.5 })];
await trainer.fit({ stage: 'decayed', train, epochs: 1, plugins });

assert.ok(trainer.explain([stepDecay(options)]).includes('lr = base x stepDecay'));
assert.ok(Math.abs(trainer.groups.get('decoder').hyper.lr - 0.01 * 0.5 ** 2) < 1e-9);
trainer.dispose();
model.dispose();
