import type { Explanation, Prediction } from '@ulmfit/inference';

/** What is served: a classifier as `loadClassifier` gives it, or anything that does the same. */
export interface ServedModel {
  /** The classes' names, in the order of the model's outputs. */
  readonly classes: readonly string[];
  /** Whether a text may have any number of the classes, or has exactly one. */
  readonly multiLabel: boolean;
  /** One prediction for each text, in their order: null for a text without words. */
  classify(
    texts: readonly string[],
    options: { readonly signal: AbortSignal },
  ): AsyncIterable<Prediction | null>;
  /** Says why a text is classified as it is. Without it there is no `POST /explain`. */
  readonly explain?:
    | ((
        text: string,
        options: { readonly classes?: readonly string[] | undefined; readonly signal: AbortSignal },
      ) => Promise<Explanation>)
    | undefined;
  /** Frees the weights. */
  dispose(): void | Promise<void>;
  /** Bytes of memory of its process, where it has one of its own. */
  readonly memory?: number;
  /** Resolves when the model ends by itself, with the reason: one in a process of its own may. */
  readonly ended?: Promise<Error>;
}
