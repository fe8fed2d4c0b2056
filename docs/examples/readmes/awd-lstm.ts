import '@tensorflow/tfjs'; // any backend, with gradients
import { copyEncoder, createClassifier, createLanguageModel } from '@ulmfit/awd-lstm';
import { adam, clipGlobalNorm } from '@ulmfit/optimizers';
import { awdLstmDropouts, classifierDropouts } from '@ulmfit/regularizers';
import { classifierLoader, languageModelLoader, TokenCorpus } from '@ulmfit/text';
import { createTrainer, inferencePass } from '@ulmfit/trainer';

// Four documents as ids; tokenizer and vocabulary of `@ulmfit/text` make them of texts.
const corpus = TokenCorpus.fromDocuments(
  [3, 5, 7, 9].map((a) => Array.from({ length: 60 }, (_, i) => 9 + ((a * i) % 11))),
);
const sizes = { vocabulary: 20, embedding: 8, hidden: 8, layers: 3 }; // ULMFiT's: 60,000, 400, 1152, 3

const languageModel = createLanguageModel(sizes, { seed: 1 });
const pretraining = createTrainer({
  model: languageModel,
  optimizer: adam(),
  plugins: [...awdLstmDropouts(), clipGlobalNorm(0.25)],
});
const text = languageModelLoader(corpus, { batchSize: 4, window: 10, shuffle: true });
await pretraining.fit({ stage: 'pretrain', train: text, epochs: 1, lr: 4e-3 });

const classifier = createClassifier({ ...sizes, classes: 2 }, { seed: 1 });
copyEncoder(languageModel.encoder, classifier.encoder);
const training = createTrainer({ model: classifier, optimizer: adam(), plugins: classifierDropouts() });
const reviews = classifierLoader(corpus, [0, 1, 0, 1], { batchSize: 2, shuffle: true });
training.groups.freezeTo(-1); // embedding, rnn1, rnn2, rnn3, head: the head alone
await training.fit({ stage: 'head', train: reviews, epochs: 1, lr: 1e-2 });

for (const batch of classifierLoader(corpus, [0, 1, 0, 1], { batchSize: 4 }).open({ epoch: 0, batch: 0 })) {
  const logits = inferencePass((pass) => classifier.forward(batch, pass).logits); // [batch, classes]
  console.log(logits.shape);
}
