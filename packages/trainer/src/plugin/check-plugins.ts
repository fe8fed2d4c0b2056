import { UlmfitError } from '@ulmfit/errors';
import type { Model } from '../model/model.js';
import type { TrainingPlugin } from './plugin.js';

/**
 * Whether each plugin is whole and fits the model.
 * @throws UlmfitError `BAD_PLUGINS` on a name that cannot be a key, half a state, or a tap that the model lacks.
 */
export function checkPlugins<Batch, Output, Taps>(
  plugins: readonly TrainingPlugin<Batch, Output, Taps>[],
  model: Model<Batch, Output, Taps>,
): void {
  const fail = (message: string): never => {
    throw new UlmfitError('BAD_PLUGINS', message);
  };
  const taps = new Set<string>(model.taps);
  for (const { name, stateDict, loadStateDict, ...plugin } of plugins) {
    if (name === '' || name.includes('/')) {
      fail(`a plugin is named "${name}"; a name keys its state and must be neither empty nor have a slash`);
    }
    if (!stateDict !== !loadStateDict) {
      fail(`${name} has only one of stateDict and loadStateDict; it could not be resumed`);
    }
    const used: string[] = [
      ...(plugin.taps ?? []),
      ...Object.keys(plugin.rewrite ?? {}),
      ...Object.keys(plugin.observe ?? {}),
    ];
    const missing = used.find((tap) => !taps.has(tap));
    if (missing !== undefined) {
      fail(`${name} uses the tap ${missing}; ${model.name} has ${[...taps].join(', ') || 'none'}`);
    }
  }
}
