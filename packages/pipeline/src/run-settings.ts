import type { Recipe } from './recipe.js';

/** What a run is: with the same settings in the same folder it resumes, and ends with the same weights. */
export interface RunSettings {
  /** `sample`, `imdb` or a path of the reviews. */
  readonly data: string;
  /** A path of general text; the embedded sample's unless given. None where the recipe has no pretraining. */
  readonly corpus?: string | undefined;
  readonly corpusWords?: number | undefined;
  /** Reviews to fine-tune the language model on, of those that the recipe names; all unless given. */
  readonly lmReviews?: number | undefined;
  readonly labels?: number | undefined;
  readonly testReviews?: number | undefined;
  /** Draws the reviews of each set; by itself, so that runs of other seeds see the same ones. */
  readonly splitSeed: number;
  /** A language model to start from instead of pretraining: a bundle's folder, or a fastai `.pth`. */
  readonly pretrained?: string | undefined;
  /** A run or bundle whose fine-tuned language model the classifier starts from. */
  readonly encoder?: string | undefined;
  readonly backwards: boolean;
  /** Whether the classifier starts from the fine-tuned language model. */
  readonly transfer: boolean;
  readonly seed: number;
  readonly recipe: Recipe;
}
