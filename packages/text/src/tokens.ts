// From text to packed ids without TensorFlow.js: `@ulmfit/text/tokens`, for threads and programs that only tokenize.
export type { Tokenizer } from './tokenizer.js';
export { createTokenizer, type CreateTokenizerOptions } from './create-tokenizer.js';
export { fastaiTokenizer, type FastaiTokenizerOptions } from './fastai-tokenizer.js';
export { segmenterTokenizer, type SegmenterTokenizerOptions } from './segmenter/segmenter-tokenizer.js';
export { segmentWords } from './segmenter/segment-words.js';
export {
  isNamedTokenizer,
  isTokenizerName,
  tokenizerForLanguage,
  tokenizerNamed,
  tokenizerNames,
  type TokenizerNamedOptions,
} from './tokenizer-names.js';
export { checkTokenizer, loadTokenizer, type LoadTokenizerOptions } from './load-tokenizer.js';
export { englishTokenizer, type EnglishTokenizerOptions } from './english/english-tokenizer.js';
export { fastaiTextRules, fastaiTokenRules, type TextRule } from './rules/fastai-rules.js';
export { fixHtml } from './rules/fix-html.js';
export { replaceRep, replaceWrep } from './rules/repetition.js';
export { replaceSpace, rmUselessSpaces, specAddSpaces } from './rules/spacing.js';
export { lowercase, replaceAllCaps, replaceMaj } from './rules/letter-case.js';
export { joinFields, splitFields } from './join-fields.js';
export { fillerToken, isSpecialToken, specialTokens } from './special-tokens.js';
export { tokenSpans, type TokenSpan } from './token-spans.js';
export { Detokenizer, type DetokenizerOptions } from './detokenizer.js';
export { Vocabulary } from './vocabulary.js';
export { buildVocabulary, countTokens, type BuildVocabularyOptions } from './build-vocabulary.js';
export { TokenCorpus } from './token-corpus.js';
export { TokenCorpusBuilder } from './token-corpus-builder.js';
export type { PackedTokens } from './packed-tokens.js';
export { packError, packTexts, type PackFailure, type TextChunk } from './pack-texts.js';
export { isMultiLabel, type DocumentLabels } from './document-labels.js';
export { balancedClassWeights } from './balanced-class-weights.js';
