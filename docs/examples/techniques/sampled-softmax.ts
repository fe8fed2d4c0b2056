import { createLanguageModel } from '@ulmfit/awd-lstm';

const languageModel = createLanguageModel(
  { vocabulary: 20_000, embedding: 4, hidden: 6 },
  { sampledSoftmax: { frequent: 2000, drawn: 2000 } },
);

languageModel.dispose();
