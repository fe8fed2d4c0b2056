import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import '@tensorflow/tfjs';
import { setBackend } from '@tensorflow/tfjs-core';
import { createClassifier, createLanguageModel } from '@ulmfit/awd-lstm';
import { writeBundle, writeBundleFile } from '@ulmfit/checkpoint';
import {
  bundleOfClassifier,
  bundleOfLanguageModel,
  documentLogits,
  generateText,
  loadedClassifier,
  type DecidedClassifier,
} from '@ulmfit/inference';
import { trainLinear } from '@ulmfit/linear';
import { specialTokens, TokenCorpusBuilder, tokenizerNamed, Vocabulary } from '@ulmfit/text';
import type { Expected } from './provide-models.js';

const words = 'a no the film was good bad and one dull bright slow plot ending i it'.split(' ');
/** Of several lengths, so that windows end within them and the short are padded. */
const texts = [
  'good film',
  'The film was bad and the plot was dull',
  `A slow film and a BAD ending ${'but it was a good one and no dull plot '.repeat(5)}`,
  'bright',
];

// Writes models of random weights into a folder, and what Node makes of them.
const [folder = ''] = process.argv.slice(2);
await setBackend('cpu');

const vocabulary = new Vocabulary([...specialTokens, ...words]);
const tokenizer = tokenizerNamed('fastai');
const sizes = { vocabulary: vocabulary.size, embedding: 8, hidden: 12, layers: 3 };

const rows = ['good', 'bad', 'good one', 'bad one'].map((text, i) => ({ text, labels: [1 - (i % 2)] }));
const linear = await trainLinear(rows, { classes: 2, multiLabel: false });
const model = createClassifier({ ...sizes, classes: 2, headLayers: [6], window: 16 }, { seed: 1 });
const decided: DecidedClassifier = {
  classifier: { model, vocabulary, classes: ['neg', 'pos'], backwards: false },
  tokenizer,
  linear,
  decision: { temperature: 1.5, linearWeight: 0.5, blendOf: 'logits' },
};
writeBundle(join(folder, 'classifier'), bundleOfClassifier(decided));
writeBundleFile(join(folder, 'classifier.ulmfit'), bundleOfClassifier(decided));
const documents = new TokenCorpusBuilder();
for (const text of texts) documents.add(tokenizer.tokenize(text));

const languageModel = createLanguageModel(sizes, { seed: 2 });
const reading = { model: languageModel, vocabulary, tokenizer, backwards: false };
writeBundleFile(join(folder, 'language-model.ulmfit'), bundleOfLanguageModel(reading));
let generated = '';
for await (const piece of generateText(reading, texts[0] ?? '', { tokens: 20, seed: 3 })) generated += piece;

const expected: Omit<Expected, 'address'> = {
  texts,
  logits: await documentLogits(decided.classifier, documents.build(vocabulary)),
  predictions: await loadedClassifier(decided).predict(texts),
  generated,
};
writeFileSync(join(folder, 'expected.json'), JSON.stringify(expected));
