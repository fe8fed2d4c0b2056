import { fastaiTokenizer, type Tokenizer } from '@ulmfit/text';
import { classifyDocuments } from './classify-documents.js';
import { loadClassifierBundle } from './model-bundles.js';
import { encoded } from './tokenized.js';

export interface Prediction {
  /** The class of the highest probability. */
  readonly label: string;
  readonly probability: number;
  /** Every class with its probability. */
  readonly probabilities: Readonly<Record<string, number>>;
}

/** A classifier ready to use. */
export interface LoadedClassifier {
  readonly labels: readonly string[];
  /** Classifies texts, in their order. A text's figures depend on no other text. */
  predict(
    texts: readonly string[],
    options?: { batchSize?: number; signal?: AbortSignal },
  ): Promise<Prediction[]>;
  dispose(): void;
}

export interface LoadClassifierOptions {
  /** What the classifier's words are cut by, as it was saved. Default `fastaiTokenizer()`, as every run does. */
  readonly tokenizer?: Tokenizer;
}

/**
 * Loads a classifier from its bundle or from the folder of its run. Choose the backend first (`useBackend()` of
 * `@ulmfit/backend-node`).
 * @throws UlmfitError `OTHER_TOKENIZER`, or where the folder holds no sound classifier
 */
export async function loadClassifier(
  path: string,
  { tokenizer = fastaiTokenizer() }: LoadClassifierOptions = {},
): Promise<LoadedClassifier> {
  const classifier = loadClassifierBundle(path, tokenizer);
  return {
    labels: classifier.labels,
    async predict(texts, options = {}) {
      const documents = await encoded(texts, tokenizer, classifier.vocabulary);
      const rows = await classifyDocuments(classifier, documents, options);
      return rows.map((row) => {
        const best = row.indexOf(Math.max(...row));
        return {
          label: classifier.labels[best] as string,
          probability: row[best] as number,
          probabilities: Object.fromEntries(classifier.labels.map((label, i) => [label, row[i] as number])),
        };
      });
    },
    dispose: () => classifier.model.dispose(),
  };
}
