import type { ClassifierFit } from '../recipe/recipe.js';

/** What a fit of the classifier is called in events, checkpoints and metrics, such as `classify.2-all`. */
export const fitName = (stage: string, place: number, { name }: Pick<ClassifierFit, 'name'>): string =>
  `${stage}.${place + 1}-${name}`;
