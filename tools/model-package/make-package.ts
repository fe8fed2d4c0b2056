import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { corpusText } from '@ulmfit/data-files';
import { UlmfitError } from '@ulmfit/errors';
import {
  chosenJudgement,
  exportModel,
  loadLanguageModel,
  readRun,
  recipeTokenizer,
  type EvaluationResult,
} from '@ulmfit/pipeline';
import { languageModelLoader, type TokenCorpus } from '@ulmfit/text';
import { evaluate } from '@ulmfit/trainer';
import { corpusTokens, languageModelData } from '../../packages/pipeline/src/stages/language-model-data.js';
import { userTokenCache } from '../../packages/pipeline/src/tokens/user-token-cache.js';
import { modelCard, type ModelCard } from './model-card.js';
import { trigramModel } from './trigram-model.js';

export interface MakePackageOptions {
  /** The folder of the run: of its classifier, or where it has none of its newest language model. */
  readonly run: string;
  /** The package's folder, which is made. */
  readonly out: string;
  readonly name: string;
  readonly version: string;
  readonly weights: ModelCard['weights'];
  /** What it learned from, as people call it. */
  readonly data: string;
  /** Of the weights: an SPDX identifier. */
  readonly licence: string;
  readonly command: string;
  /**
   * The general text that the run was pretrained on: the perplexity of the packed weights is then measured on what was held out, beside that
   * of a trigram model.
   */
  readonly corpus?: string | undefined;
  /** More text of its kind that the run has not read: the same perplexities on that. */
  readonly heldOut?: string | undefined;
  /** Scores a classifier's packed file on texts that were held out: its accuracy. */
  readonly score?: ((file: string) => Promise<number>) | undefined;
  /** The largest file in bytes. */
  readonly most: number;
}

/**
 * Makes an npm package of a run's model: its one file, a card that says what it is, and a manifest by which `--pretrained` and `--model` find it.
 * @throws UlmfitError `BAD_OPTION` for a run without a model, or one that is too large
 */
export async function makePackage(options: MakePackageOptions): Promise<ModelCard> {
  const { run, out, name, version, weights, data, licence, command, most } = options;
  const { settings, result, model, metrics } = readRun(run);
  const { evaluate: scored } = result;
  const part = result.classify ? 'model' : result.finetune ? 'finetune' : 'pretrain';
  const figures = result.finetune ?? result.pretrain;
  if (!model || (!result.classify && !figures))
    throw new UlmfitError('BAD_OPTION', `${run}: has no finished model; let the run end first`);
  mkdirSync(out, { recursive: true });
  const file = join(out, 'model.ulmfit');
  const { bytes } = exportModel(join(run, part), file, { weightFormat: weights });
  if (bytes > most) {
    throw new UlmfitError(
      'BAD_OPTION',
      `${file}: has ${(bytes / 1e6).toFixed(1)} MB, and may have ${(most / 1e6).toFixed(1)}; store int8 weights, or train a smaller model`,
    );
  }
  const seconds = metrics.reduce((sum, line) => sum + (line.type === 'epoch' ? line.seconds : 0), 0);
  const card: ModelCard = {
    ...{ name, data, licence, command, weights, bytes, hours: seconds / 3600 },
    kind: result.classify ? 'classifier' : 'language-model',
    direction: settings.backwards ? 'backwards' : 'forwards',
    ...{ vocabulary: model.vocabulary, sizes: model.sizes },
    figures: result.classify
      ? {
          ...(scored && accuracies(scored)),
          ...(options.score && { 'accuracy as packed': await options.score(file) }),
        }
      : {
          'perplexity on texts that were held out, as trained': figures?.perplexity ?? NaN,
          ...(options.corpus !== undefined && (await perplexities(file, options.corpus, options))),
        },
    classes: scored?.judgements.neural.classes,
  };
  writeFileSync(join(out, 'README.md'), modelCard(card));
  const manifest = {
    ...{ name, version, license: licence },
    description:
      card.kind === 'classifier'
        ? 'A text classifier for ULMFiT'
        : 'A language model for ULMFiT to start from',
    keywords: ['ulmfit', 'text-classification', 'language-model', 'transfer-learning'],
    files: ['model.ulmfit', 'README.md'],
    ulmfit: 'model.ulmfit',
  };
  writeFileSync(join(out, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  return card;
}

/** On the texts of the test set: of what predicts, and of the models that it is made of. */
function accuracies({ chosen, judgements }: EvaluationResult): Record<string, number> {
  const { neural, linear } = judgements;
  const texts = neural.documents.toLocaleString('en');
  return {
    [`accuracy on ${texts} texts that were held out`]: chosenJudgement({ chosen, judgements }).accuracy,
    ...(chosen !== 'neural' && { 'of the neural model alone': neural.accuracy }),
    ...(linear && { 'of TF-IDF with logistic regression alone': linear.accuracy }),
  };
}

/** On what was held out of the general text, and on other text: of the packed weights, and of a trigram model that has learned from the rest. */
async function perplexities(
  file: string,
  corpus: string,
  { run, heldOut }: Pick<MakePackageOptions, 'run' | 'heldOut'>,
): Promise<Record<string, number>> {
  const { settings, result } = readRun(run);
  const { recipe, backwards, seed, corpus: kept } = settings;
  const words = kept?.['words'];
  if (!result.pretrain || kept === null)
    throw new UlmfitError('BAD_OPTION', `${run}: was not pretrained on a corpus; leave out --corpus`);
  const tokenizer = await recipeTokenizer(recipe.tokenizer);
  // Those of the run itself are there already.
  const cache = userTokenCache();
  const tokensOf = (path: string, options = {}) =>
    corpusTokens(corpusText(path, options), tokenizer, { cache });
  const { train, valid, vocabulary } = languageModelData(
    'pretrain',
    await tokensOf(corpus, { words: typeof words === 'number' ? words : undefined }),
    recipe,
  );
  const { model } = loadLanguageModel(file, 'pretrain', tokenizer);
  try {
    if (model.encoder.config.vocabulary !== vocabulary.size) {
      throw new UlmfitError(
        'BAD_OPTION',
        `${corpus}: gives ${vocabulary.size} words, and the model has ${model.encoder.config.vocabulary}; give the text that it was pretrained on`,
      );
    }
    const { batchSize, window } = recipe.languageModel;
    const ofTrigrams = trigramModel(train, { words: vocabulary.size, backwards });
    const of = async (text: TokenCorpus): Promise<readonly [number, number]> => {
      const loader = languageModelLoader(text, { batchSize, window, seed, stage: 'pretrain', backwards });
      const loss = (await evaluate(model, loader))?.['loss'];
      return [Math.exp(loss ?? NaN), ofTrigrams(text)];
    };
    const [packed, trigrams] = await of(valid);
    const other = heldOut === undefined ? undefined : await of((await tokensOf(heldOut)).build(vocabulary));
    return {
      'the same, as packed': packed,
      'the same of a trigram model (Kneser-Ney)': trigrams,
      ...(other && {
        [`perplexity on ${basename(heldOut ?? '')}, as packed`]: other[0],
        'of a trigram model on that': other[1],
      }),
    };
  } finally {
    model.dispose();
  }
}
