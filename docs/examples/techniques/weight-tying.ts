import { createLanguageModel } from '@ulmfit/awd-lstm';

const languageModel = createLanguageModel({ vocabulary: 20, embedding: 4, hidden: 6 });
console.log(languageModel.groups.at(-1)?.parameters.map(({ name }) => name)); // embedding and decoder.bias
