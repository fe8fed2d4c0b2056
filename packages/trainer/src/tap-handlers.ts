import type { Tensor } from '@tensorflow/tfjs-core';
import type { ForwardPass } from './forward-pass.js';
import type { TapHandlers } from './pass.js';
import type { TrainingPlugin } from './plugin.js';

type Rewrite = (x: Tensor, pass: ForwardPass, context: unknown) => Tensor;
type Observe = (x: Tensor, pass: ForwardPass, context: unknown) => void;

/** Collects the plugins' rewrites and observers by tap, in plugin order. */
export function tapHandlers<Batch, Output, Taps>(
  plugins: readonly TrainingPlugin<Batch, Output, Taps>[],
): TapHandlers {
  const rewrites = new Map<string, Rewrite[]>();
  const observers = new Map<string, Observe[]>();
  const collect = <F>(into: Map<string, F[]>, hooks: object | undefined) => {
    for (const [tap, hook] of Object.entries(hooks ?? {}))
      into.set(tap, [...(into.get(tap) ?? []), hook as F]);
  };
  for (const plugin of plugins) {
    collect(rewrites, plugin.rewrite);
    collect(observers, plugin.observe);
  }
  return {
    rewrite: (name, x, pass, context) => (rewrites.get(name) ?? []).reduce((y, f) => f(y, pass, context), x),
    observe: (name, x, pass, context) => observers.get(name)?.forEach((f) => f(x, pass, context)),
  };
}
