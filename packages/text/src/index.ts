export { fillerToken, specialTokens } from './special-tokens.js';
export { Vocabulary } from './vocabulary.js';
export { buildVocabulary, countTokens, type BuildVocabularyOptions } from './build-vocabulary.js';
export { TokenCorpus } from './token-corpus.js';
export { TokenCorpusBuilder } from './token-corpus-builder.js';
