import { randomKey, randomWords } from '@ulmfit/kernels';
import { buildVocabulary, fastaiTokenizer, TokenCorpusBuilder, type TokenCorpus } from '@ulmfit/text';
import { presets, type Recipe } from './recipe/recipe.js';
import type { LanguageModelData } from './stages/language-model-stage.js';

/** A recipe that plain JavaScript trains in seconds. */
export const micro: Recipe = {
  ...presets.tiny,
  encoder: { embedding: 8, hidden: 12, layers: 2 },
  vocabulary: { maxWords: 60, minCount: 1 },
  clip: 1,
  languageModel: {
    ...presets.tiny.languageModel,
    batchSize: 4,
    window: 7,
    validationShare: 0.2,
    pretrain: { epochs: 3, lr: 8e-2, dropoutMultiplier: 0.1, divisor: 1 },
    finetune: { epochs: 1, lr: 1e-2, dropoutMultiplier: 0.2, divisor: 2.6 },
  },
  classifier: {
    ...presets.tiny.classifier,
    batchSize: 4,
    evaluationBatchSize: 3,
    window: 6,
    maxLength: 18,
    headLayers: [5],
    fits: [
      { name: 'head', freezeTo: -1, epochs: 1, lr: 2e-2, spread: 1 },
      { name: 'all', freezeTo: 0, epochs: 6, lr: 4e-2, spread: 1.5 },
    ],
    scratch: { name: 'scratch', freezeTo: 0, epochs: 2, lr: 2e-2, spread: 1 },
  },
};

const subjects = ['the film', 'this movie', 'the plot', 'the cast'];
const opinions = {
  pos: ['was great', 'is a joy', 'shines', 'works'],
  neg: ['was awful', 'is a bore', 'drags', 'fails'],
};

/** Short opinions, one class after the other. */
export function opinionsOf(count: number, seed = 1): { texts: string[]; labels: number[] } {
  const words = randomWords(count * 8, randomKey({ seed, stream: 'opinions' }));
  const pick = <T>(from: readonly T[], i: number): T => from[(words[i] as number) % from.length] as T;
  const texts: string[] = [];
  const labels: number[] = [];
  for (let i = 0; i < count; i++) {
    const label = i % 2;
    const parts = Array.from({ length: 1 + ((words[i * 8] as number) % 4) }, (_, k) => {
      return `${pick(subjects, i * 8 + 1 + k)} ${pick(label === 1 ? opinions.pos : opinions.neg, i * 8 + 2 + k)} .`;
    });
    texts.push(parts.join(' '));
    labels.push(label);
  }
  return { texts, labels };
}

export function corpusOf(texts: readonly string[], vocabulary?: LanguageModelData['vocabulary']) {
  const tokenizer = fastaiTokenizer();
  const builder = new TokenCorpusBuilder();
  for (const text of texts) builder.add(tokenizer.tokenize(text));
  const words = vocabulary ?? buildVocabulary(builder.counts(), micro.vocabulary);
  return { corpus: builder.build(words), vocabulary: words };
}

/** Language-model data of those opinions. */
export function microData(seed = 1): LanguageModelData {
  const { corpus, vocabulary } = corpusOf(opinionsOf(60, seed).texts);
  const rows = (from: number, to: number): TokenCorpus =>
    corpus.subset(Array.from({ length: to - from }, (_, i) => from + i));
  return { valid: rows(0, 12), train: rows(12, 60), vocabulary };
}
