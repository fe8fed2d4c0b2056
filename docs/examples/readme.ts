import '@tensorflow/tfjs'; // any backend
import { createLanguageModel } from '@ulmfit/awd-lstm';
import { sampleCorpus } from '@ulmfit/data-imdb/sample';
import { adam, clipGlobalNorm } from '@ulmfit/optimizers';
import { awdLstmDropouts, temporalActivationRegularization } from '@ulmfit/regularizers';
import { learningRateSchedule, slantedTriangular } from '@ulmfit/schedulers';
import { buildVocabulary, fastaiTokenizer, languageModelLoader, TokenCorpusBuilder } from '@ulmfit/text';
import { createTrainer } from '@ulmfit/trainer';

const tokenizer = fastaiTokenizer();
const builder = new TokenCorpusBuilder();
for (const text of sampleCorpus({ seed: 1, documents: 20 })) builder.add(tokenizer.tokenize(text));
const vocabulary = buildVocabulary(builder.counts(), { maxWords: 200 });
const train = languageModelLoader(builder.build(vocabulary), { batchSize: 8, window: 20, shuffle: true });

const model = createLanguageModel({ vocabulary: vocabulary.size, embedding: 16, hidden: 16, layers: 2 });
const trainer = createTrainer({
  model, // without the plugins below it is a plain LSTM: take any of them, or none
  optimizer: adam(),
  plugins: [
    ...awdLstmDropouts({ multiplier: 0.3 }),
    temporalActivationRegularization(1),
    clipGlobalNorm(0.25),
  ],
});
const schedule = learningRateSchedule(slantedTriangular());
const { history } = await trainer.fit({ stage: 'pretrain', train, epochs: 1, lr: 4e-3, plugins: [schedule] });
console.log(history.at(-1)?.values); // loss, tar, gradNorm
