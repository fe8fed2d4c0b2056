import { splitImdb } from '@ulmfit/data-imdb';
import { fastaiTokenizer } from '@ulmfit/text';
import { loadReviews } from './data-source.js';
import { columnsOf, evaluateClassifiers, type Evaluation } from './evaluate-classifier.js';
import { loadClassifierBundle } from './model-bundles.js';
import { reviewSet } from './review-set.js';
import { evaluationProgress, IMDB_LABELS, testDocuments } from './run-stages.js';
import type { RunOptions } from './run.js';
import { userTokenCache } from './user-token-cache.js';

export interface EvaluateModelsOptions extends Pick<
  RunOptions,
  'signal' | 'onEvent' | 'workers' | 'tokenCache'
> {
  /** Bundles or runs; several are averaged by their probabilities, such as a forward and a backward one. */
  readonly models: readonly string[];
  /** `sample`, `imdb` or a path of the reviews. */
  readonly data: string;
  readonly testReviews?: number | undefined;
  readonly splitSeed: number;
}

/** Scores classifiers on test reviews. @throws UlmfitError, or the signal's reason */
export async function evaluateModels(options: EvaluateModelsOptions): Promise<Evaluation> {
  const { models, data, testReviews, splitSeed: seed, workers, tokenCache, ...context } = options;
  const cache = userTokenCache(tokenCache, context.onEvent);
  const tokenizer = fastaiTokenizer();
  const classifiers = models.map((path) => loadClassifierBundle(path, tokenizer));
  try {
    classifiers.forEach((classifier, i) => columnsOf(classifier, IMDB_LABELS, models[i]));
    const split = splitImdb(await loadReviews(data, context), {
      seed,
      ...(testReviews === undefined ? {} : { testReviews }),
    });
    const reviews = reviewSet(split, 'test', data);
    const members = [];
    for (const classifier of classifiers) {
      const test = await testDocuments(reviews, tokenizer, classifier.vocabulary, {
        ...context,
        workers,
        cache,
      });
      members.push({ classifier, test });
    }
    return await evaluateClassifiers(members, { labels: IMDB_LABELS, ...evaluationProgress(context) });
  } finally {
    for (const { model } of classifiers) model.dispose();
  }
}
