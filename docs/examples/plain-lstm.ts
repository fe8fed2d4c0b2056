import '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import { createLanguageModel } from '@ulmfit/awd-lstm';
import { adam } from '@ulmfit/optimizers';
import { buildVocabulary, createTokenizer, languageModelLoader, TokenCorpusBuilder } from '@ulmfit/text';
import { createTrainer } from '@ulmfit/trainer';

const tokenizer = createTokenizer({
  base: { name: 'spaces', rules: 'spaces 1', tokenize: (text) => text.split(/\s+/) },
  rules: [{ name: 'lowercase', apply: (text) => text.toLowerCase() }],
});
const builder = new TokenCorpusBuilder();
for (let i = 0; i < 40; i++) builder.add(tokenizer.tokenize('the cat sat on the mat and the dog sat down'));
const vocabulary = buildVocabulary(builder.counts());
const loader = languageModelLoader(builder.build(vocabulary), { batchSize: 4, window: 10 });

const model = createLanguageModel({ vocabulary: vocabulary.size, embedding: 8, hidden: 8, layers: 1 });
const trainer = createTrainer({ model, optimizer: adam() });
await trainer.fit({ stage: 'plain', train: loader, epochs: 3, lr: 0.05 });
const figures = await trainer.evaluate(loader);
console.log('perplexity', Math.exp(figures?.loss ?? NaN));

assert.ok((figures?.['loss'] ?? NaN) < Math.log(vocabulary.size));
trainer.dispose();
model.dispose();
