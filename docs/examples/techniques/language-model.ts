import '@tensorflow/tfjs';
import { createLanguageModel } from '@ulmfit/awd-lstm';
import { adam } from '@ulmfit/optimizers';
import { languageModelLoader, TokenCorpus } from '@ulmfit/text';
import { createTrainer } from '@ulmfit/trainer';

// What the pages of techniques take as given: a language model and some text, as ids.
const text = Array.from({ length: 40 }, (_, i) => 9 + ((i * i) % 11));

export const corpus = TokenCorpus.fromDocuments([text]);
export const model = createLanguageModel({ vocabulary: 20, embedding: 4, hidden: 6, layers: 2 });
export const trainer = createTrainer({ model, optimizer: adam() });
export const train = languageModelLoader(corpus, { batchSize: 2, window: 10 });
export const validate = train;
