import { UlmfitError } from '@ulmfit/errors';
import { TermCounts } from './term-counts.js';
import type { TfIdf } from './tf-idf.js';
import { words } from './words.js';

/** What a {@link LinearClassifier} is made of. */
export interface LinearModel {
  readonly classes: number;
  readonly multiLabel: boolean;
  readonly tfIdf: TfIdf;
  /** `[terms, outputs]`: an output for each class, or one for the second of two classes. */
  readonly weights: Float32Array;
  /** `[outputs]`. */
  readonly intercepts: Float32Array;
}

/** What one term of a text says for a class. */
export interface TermContribution {
  /** The term: `not good`. */
  readonly term: string;
  /** Its TF-IDF value in the text. */
  readonly value: number;
  /** Its weight for the class. */
  readonly weight: number;
  /** `value * weight`: what it adds to the logit. */
  readonly contribution: number;
}

/** Why a text has the logit of a class that it has: exactly `intercept` and all contributions. */
export interface LinearExplanation {
  readonly logit: number;
  readonly intercept: number;
  /** The terms that the model knows, those that say most first. */
  readonly terms: readonly TermContribution[];
}

/** What the words of a text say for a class: `logit` is exactly `intercept` and all contributions. */
export interface WordContributions {
  readonly logit: number;
  readonly intercept: number;
  /** The words that the model reads, in the text's order, in lower case. */
  readonly words: readonly string[];
  /** What each adds to the logit: of its terms, shared out equally over the places and the words of each. */
  readonly contributions: readonly number[];
}

/**
 * TF-IDF with logistic regression: one vector product a text. {@link trainLinear} makes one.
 * @example
 * const [logits] = classifier.logits(['A warm and funny film.']); // one for each class
 */
export class LinearClassifier {
  readonly kind = 'linear';
  readonly classes: number;
  readonly multiLabel: boolean;
  /** The number of terms that have weights. */
  readonly features: number;
  readonly #counts = new TermCounts();

  /** @internal `trainLinear` and `linearFromParts` make one. */
  constructor(
    /** @internal */
    readonly model: LinearModel,
  ) {
    this.classes = model.classes;
    this.multiLabel = model.multiLabel;
    this.features = model.tfIdf.size;
  }

  /**
   * Logits, `[texts, classes]`: the softmax of a row is the probabilities, or the sigmoid of each where a text has several
   * labels. A text without a known term has those of the classes' share in training.
   */
  logits(texts: readonly string[]): number[][] {
    const { tfIdf, weights, intercepts } = this.model;
    const outputs = intercepts.length;
    return texts.map((text) => {
      const { terms, values } = tfIdf.transform(text, this.#counts);
      const logits = Array.from(intercepts);
      for (let i = 0; i < terms.length; i++) {
        const at = (terms[i] as number) * outputs;
        const value = values[i] as number;
        for (let k = 0; k < outputs; k++) {
          logits[k] = (logits[k] as number) + value * (weights[at + k] as number);
        }
      }
      if (!this.#isBinary) return logits;
      const half = (logits[0] as number) / 2;
      return [-half, half];
    });
  }

  /**
   * What each term of a text adds to the logit of a class.
   * @throws UlmfitError `BAD_OPTION` for a class that there isn't
   */
  explain(text: string, classIndex: number): LinearExplanation {
    const { factor, output } = this.#outputOf(classIndex);
    const { tfIdf, weights, intercepts } = this.model;
    const names = tfIdf.names(text);
    const vector = tfIdf.transform(text, this.#counts);
    const terms = Array.from(vector.terms, (term, i) => {
      const value = vector.values[i] as number;
      const weight = factor * (weights[term * intercepts.length + output] as number);
      return { term: names.get(term) as string, value, weight, contribution: value * weight };
    });
    terms.sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution));
    const intercept = factor * (intercepts[output] as number);
    return {
      intercept,
      logit: terms.reduce((sum, { contribution }) => sum + contribution, intercept),
      terms,
    };
  }

  /**
   * What each word of a text adds to the logit of a class.
   * @throws UlmfitError `BAD_OPTION` for a class that there isn't
   */
  explainWords(text: string, classIndex: number): WordContributions {
    const { factor, output } = this.#outputOf(classIndex);
    const { tfIdf, weights, intercepts } = this.model;
    const found = words(text);
    const vector = tfIdf.transform(text, this.#counts);
    const places = new Map<number, number>();
    tfIdf.visit(found, (term) => places.set(term, (places.get(term) ?? 0) + 1));
    const shares = new Map<number, number>();
    const intercept = factor * (intercepts[output] as number);
    let logit = intercept;
    vector.terms.forEach((term, i) => {
      const weight = factor * (weights[term * intercepts.length + output] as number);
      const contribution = (vector.values[i] as number) * weight;
      logit += contribution;
      shares.set(term, contribution / (places.get(term) as number));
    });
    const contributions = new Array<number>(found.length).fill(0);
    tfIdf.visit(found, (term, first, last) => {
      const each = (shares.get(term) as number) / (last - first + 1);
      for (let word = first; word <= last; word++)
        contributions[word] = (contributions[word] as number) + each;
    });
    return { logit, intercept, words: found, contributions };
  }

  /** Of which output a class's logit is made, and what it is multiplied by. @throws UlmfitError `BAD_OPTION` */
  #outputOf(classIndex: number): { readonly factor: number; readonly output: number } {
    if (!Number.isInteger(classIndex) || classIndex < 0 || classIndex >= this.classes) {
      throw new UlmfitError('BAD_OPTION', `class ${classIndex}: give an index from 0 to ${this.classes - 1}`);
    }
    if (!this.#isBinary) return { factor: 1, output: classIndex };
    return { factor: classIndex === 0 ? -0.5 : 0.5, output: 0 };
  }

  get #isBinary(): boolean {
    return !this.multiLabel && this.model.intercepts.length < this.classes;
  }
}
