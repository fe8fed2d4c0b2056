import { presets } from '@ulmfit/pipeline';
import type { LoadedConfig } from '../config/load-config.js';
import type { Flags } from '../flags.js';
import { printLines } from '../standard-output.js';
import { resolvedRecipe } from './run.js';

/** `ulmfit config`: prints what is resolved, as JSON. */
export async function config(flags: Partial<Flags>, loaded: LoadedConfig | undefined): Promise<void> {
  const { recipe: _, ...settings } = flags;
  const resolved = {
    file: loaded?.path ?? null,
    settings,
    plugins: (loaded?.extras.plugins ?? []).map(({ name }) => name),
    recipe: resolvedRecipe(flags, loaded, presets[flags.preset ?? 'small']),
  };
  await printLines([JSON.stringify(resolved, null, 2)]);
}
