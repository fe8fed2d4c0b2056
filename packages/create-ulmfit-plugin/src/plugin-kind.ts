import { nearest, showName, UlmfitError } from '@ulmfit/errors';

/** What a new package may give. */
export type PluginKind = 'schedule' | 'regularizer' | 'optimizer' | 'encoder' | 'task';

/** Every kind, and what it is in a few words. */
export const pluginKinds: Readonly<Record<PluginKind, string>> = {
  schedule: 'a factor of the learning rate over time',
  regularizer: 'a term of the loss, by what passes through the model',
  optimizer: 'a rule by which weights are updated',
  encoder: 'what language model and classifier read texts by',
  task: 'a data set: classes, and texts by stream',
};

/**
 * Reads a kind.
 * @throws UlmfitError `BAD_OPTION` for any other
 * @example
 * requireKind('schedule'); // 'schedule'
 */
export function requireKind(kind: string): PluginKind {
  const kinds = Object.keys(pluginKinds);
  if (kinds.includes(kind)) return kind as PluginKind;
  const meant = nearest(kind, kinds);
  throw new UlmfitError(
    'BAD_OPTION',
    `--kind: unknown kind ${showName(kind)}; ${meant ? `is it ${meant}?` : `choose one of ${kinds.join(', ')}`}`,
  );
}
