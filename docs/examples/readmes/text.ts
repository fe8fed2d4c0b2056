import '@tensorflow/tfjs'; // any backend: batches are tensors
import { buildVocabulary, fastaiTokenizer, languageModelLoader, TokenCorpus } from '@ulmfit/text';

const texts = ["It's GREAT!", 'Slow, but great in the end.', 'It is a slow film.'];
const { tokenize } = fastaiTokenizer();
const documents = texts.map((text) => tokenize(text)); // "It's GREAT!" -> xxbos xxmaj it 's xxup great !
const vocabulary = buildVocabulary(documents, { maxWords: 60_000, minCount: 2 });
const corpus = TokenCorpus.fromDocuments(documents.map((tokens) => vocabulary.encode(tokens)));

const loader = languageModelLoader(corpus, { batchSize: 2, window: 4, shuffle: true });
for (const { ids, targets } of loader.open({ epoch: 0, batch: 0 })) {
  console.log(ids.shape, targets.shape); // [2, 4] of int32, and the same a token later
}
