import { integratedGradients, type ClassAttribution } from '@ulmfit/awd-lstm';
import { brief, requireThat, showName, UlmfitError } from '@ulmfit/errors';
import { tokenSpans, type TokenSpan } from '@ulmfit/text';
import type { DecidedClassifier } from './decided-classifier.js';
import type { Decision } from './decision.js';
import { linearContributions, type LinearContributions } from './linear-contributions.js';
import { occlusion } from './occlusion.js';
import { predictTexts, requireTexts, type Prediction } from './predict-texts.js';

/** How contributions are found, see {@link explainText}. */
export type ExplainMethod = 'integrated-gradients' | 'occlusion';

export interface ExplainOptions {
  /** Default `integrated-gradients`, whose contributions sum up. `occlusion` takes a reading of the text for each token. */
  readonly method?: ExplainMethod | undefined;
  /** The names of the classes to explain. Default all; the time it takes grows with their number. */
  readonly classes?: readonly string[] | undefined;
  /** For integrated gradients: points at most at which the gradient is taken, from 9. Default 512; most texts need 9 to 40. */
  readonly steps?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A token of the model, and where it stands: `text.slice(start, end)`, which is empty for a mark such as `xxmaj`. */
export interface ExplainedToken extends TokenSpan {
  readonly token: string;
}

/** Why a class has the logit that it has. */
export interface ClassExplanation {
  readonly label: string;
  /** From which its probability is made: by a softmax over all classes, or where a text may have several by a sigmoid. */
  readonly logit: number;
  /** That of the baseline: the text with every word unknown. */
  readonly baseline: number;
  /** What each token adds, in the order of the tokens; by integrated gradients `logit - baseline` in all. */
  readonly contributions: readonly number[];
  /** Of these, what the neural and what the linear model of a blend has said. */
  readonly neural?: readonly number[] | undefined;
  readonly linear?: readonly number[] | undefined;
  /** How far the sum of the contributions is from `logit - baseline`. */
  readonly gap: number;
  /** Whether what the neural model says is explained within 1 % of its difference, or of 0.1 where that is less. */
  readonly isComplete: boolean;
}

/** Why a text is classified as it is. Plain JSON. */
export interface Explanation {
  readonly text: string;
  readonly prediction: Prediction;
  readonly method: ExplainMethod;
  /**
   * What the logits are of: the `neural` model, the `linear` one, or their `blend`. Models of earlier versions blend probabilities, which
   * have no sum to share out: there it is `members`, the logits of both, each times its share.
   */
  readonly of: 'neural' | 'linear' | 'blend' | 'members';
  readonly tokens: readonly ExplainedToken[];
  readonly classes: readonly ClassExplanation[];
  /** Points at which the gradient was taken. */
  readonly steps: number;
  /** Tokens of a very long text that were only read, the first in reading order: they have no contribution by the neural model. */
  readonly context: number;
}

/**
 * Explains a prediction: how much each token adds to the logit of each class. The neural model is explained by integrated gradients
 * (Sundararajan et al. 2017), compared with the same text with every word unknown; the linear model of a blend exactly, by its
 * weights. Contributions include temperatures and the blend's weight, so they add up to the classifier's logits.
 * @throws UlmfitError `EMPTY_TEXT`, `BAD_OPTION`, `NO_GRADIENT` for an encoder that integrated gradients can't look into; the signal's
 *   reason
 * @example
 * const explanation = await explainText(classifierFromBundle(readBundle('model'), 'model'), 'My card was charged twice.');
 * for (const { label, contributions } of explanation.classes) console.log(label, contributions);
 */
export async function explainText(
  decided: DecidedClassifier,
  text: string,
  { method = 'integrated-gradients', steps, signal, ...options }: ExplainOptions = {},
): Promise<Explanation> {
  requireTexts([text]);
  requireThat(
    'explain: method',
    method,
    method === 'integrated-gradients' || method === 'occlusion',
    'integrated-gradients or occlusion',
  );
  const { classifier, tokenizer, linear, decision } = decided;
  const classes = indicesOf(classifier.classes, options.classes);
  const [prediction] = await predictTexts(decided, [text], { signal });
  const tokens = tokenizer.tokenize(text);
  const spans = tokenSpans(text, tokens);
  const { of, neuralShare, linearShare } = sharesIn(decision);

  const ids = classifier.vocabulary.encode(tokens);
  const found =
    neuralShare > 0
      ? await neuralContributions(decided, ids, { method, classes, steps, signal })
      : { classes: [], steps: 0, context: 0 };
  const ofLinear = linear && linearShare > 0 ? linearContributions(linear, text, spans, classes) : undefined;
  const isBoth = neuralShare > 0 && linearShare > 0;
  return {
    text,
    prediction: prediction as Prediction,
    method,
    of,
    tokens: tokens.map((token, i) => ({ token, ...(spans[i] as TokenSpan) })),
    classes: classes.map((index, c) => {
      const own = scaled(found.classes[c], neuralShare, tokens.length);
      const other = scaled(ofLinear?.[c], linearShare, tokens.length);
      const contributions = own.contributions.map((each, i) => each + (other.contributions[i] as number));
      const [logit, baseline] = [own.logit + other.logit, own.baseline + other.baseline];
      return {
        label: classifier.classes[index] ?? String(index),
        ...{ logit, baseline, contributions },
        ...(isBoth && { neural: own.contributions, linear: other.contributions }),
        gap: Math.abs(contributions.reduce((sum, each) => sum + each, 0) - (logit - baseline)),
        isComplete: found.classes[c]?.isComplete ?? true,
      };
    }),
    steps: found.steps,
    context: found.context,
  };
}

/** Of what the logit is made from which a decision makes probabilities, and what each model's logit is multiplied by. */
function sharesIn({
  temperature,
  linearWeight = 0,
  linearTemperature = 1,
  blendOf = 'probabilities',
  blendTemperature = 1,
}: Decision): Pick<Explanation, 'of'> & { readonly neuralShare: number; readonly linearShare: number } {
  const isBoth = linearWeight > 0 && linearWeight < 1;
  // Of a blend of probabilities no temperature divides the logits.
  const divisor = linearWeight > 0 && (!isBoth || blendOf === 'logits') ? blendTemperature : 1;
  return {
    of: isBoth ? (blendOf === 'logits' ? 'blend' : 'members') : linearWeight === 1 ? 'linear' : 'neural',
    neuralShare: (1 - linearWeight) / (temperature * divisor),
    linearShare: linearWeight / (linearTemperature * divisor),
  };
}

interface Scaled {
  readonly logit: number;
  readonly baseline: number;
  readonly contributions: readonly number[];
}

const scaled = (
  found: ClassAttribution | LinearContributions | undefined,
  share: number,
  tokens: number,
): Scaled =>
  found
    ? {
        logit: share * found.logit,
        baseline: share * found.baseline,
        contributions: Array.from(found.contributions, (each) => share * each),
      }
    : { logit: 0, baseline: 0, contributions: Array<number>(tokens).fill(0) };

/** What each token adds to the neural model's logits, in the order of the text. */
async function neuralContributions(
  { classifier }: DecidedClassifier,
  ids: Int32Array,
  {
    method,
    classes,
    steps,
    signal,
  }: { readonly method: ExplainMethod; readonly classes: readonly number[] } & Pick<
    ExplainOptions,
    'steps' | 'signal'
  >,
): Promise<{ classes: readonly ClassAttribution[]; steps: number; context: number }> {
  const { model, vocabulary, backwards } = classifier;
  const begin = vocabulary.indexOf('xxbos');
  // Every text begins so: it says nothing.
  const baseline = ids.map((id) => (id === begin ? id : vocabulary.unknownIndex));
  if (method === 'occlusion')
    return { classes: await occlusion(classifier, ids, { baseline, classes, signal }), steps: 0, context: 0 };
  const inReadingOrder = (each: Int32Array) => (backwards ? each.slice().reverse() : each);
  const found = await integratedGradients(model, inReadingOrder(ids), {
    baseline: inReadingOrder(baseline),
    ...{ classes, steps, signal },
  });
  return {
    ...found,
    classes: found.classes.map((each) => ({
      ...each,
      contributions: backwards ? each.contributions.slice().reverse() : each.contributions,
    })),
  };
}

/** @throws UlmfitError `BAD_OPTION` for a name that no class has */
function indicesOf(names: readonly string[], asked: readonly string[] | undefined): number[] {
  if (asked === undefined) return Array.from(names.keys());
  requireThat('explain: classes', asked, Array.isArray(asked), 'a list of names of classes');
  return asked.map((name) => {
    const index = names.indexOf(name);
    if (index >= 0) return index;
    throw new UlmfitError(
      'BAD_OPTION',
      `class ${typeof name === 'string' ? showName(name) : brief(name)}: unknown; the classes are ${names.slice(0, 20).map(showName).join(', ')}${names.length > 20 ? ', ...' : ''}`,
    );
  });
}
