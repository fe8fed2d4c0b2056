import '@tensorflow/tfjs'; // any backend, with gradients
import { createLanguageModel } from '@ulmfit/awd-lstm';
import { connectMpi, launchOf } from '@ulmfit/distributed';
import { adam } from '@ulmfit/optimizers';
import { languageModelLoader, TokenCorpus } from '@ulmfit/text';
import { createTrainer } from '@ulmfit/trainer';

const corpus = TokenCorpus.fromDocuments([Array.from({ length: 400 }, (_, i) => 9 + ((i * i) % 11))]); // text as ids
const train = languageModelLoader(corpus, { batchSize: 4, window: 10 });
const model = createLanguageModel({ vocabulary: 20, embedding: 8, hidden: 8, layers: 1 });

const ranks = launchOf(process.env) ? await connectMpi() : undefined; // alone, nothing of MPI is loaded
const trainer = createTrainer({ model, optimizer: adam(), slices: 4, collective: ranks });
await trainer.fit({ stage: 'fine-tune', train, epochs: 2, lr: 0.004 });
if (ranks === undefined || ranks.rank === 0) console.log(trainer.history.at(-1)?.values);
await ranks?.close();
