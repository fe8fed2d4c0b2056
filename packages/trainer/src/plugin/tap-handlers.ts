import type { Tensor } from '@tensorflow/tfjs-core';
import { UlmfitError } from '@ulmfit/errors';
import type { ForwardPass } from '../model/forward-pass.js';
import type { TapHandlers } from '../model/pass.js';
import { callHook } from './call-hook.js';
import type { TrainingPlugin } from './plugin.js';

type Rewrite = (x: Tensor, pass: ForwardPass, context: unknown) => Tensor;
type Observe = (x: Tensor, pass: ForwardPass, context: unknown) => void;

/**
 * Collects the plugins' rewrites and observers by tap, in plugin order.
 * A rewrite that changes the shape throws UlmfitError `BAD_REWRITE`.
 */
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
    collect(rewrites, checked(plugin));
    collect(observers, observersOf(plugin));
  }
  return {
    rewrite: (name, x, pass, context) => (rewrites.get(name) ?? []).reduce((y, f) => f(y, pass, context), x),
    observe: (name, x, pass, context) => observers.get(name)?.forEach((f) => f(x, pass, context)),
  };
}

function observersOf<Batch, Output, Taps>({
  name,
  observe,
}: TrainingPlugin<Batch, Output, Taps>): Record<string, Observe> {
  const placed =
    (tap: string, f: Observe): Observe =>
    (x, pass, context) =>
      callHook({ plugin: name, hook: `observe.${tap}` }, () => f(x, pass, context));
  return Object.fromEntries(
    Object.entries(observe ?? {}).map(([tap, f]) => [tap, placed(tap, f as Observe)]),
  );
}

/** A plugin's rewrites, which must keep the shape. */
function checked<Batch, Output, Taps>({
  name,
  rewrite,
}: TrainingPlugin<Batch, Output, Taps>): Record<string, Rewrite> {
  const check =
    (tap: string, f: Rewrite): Rewrite =>
    (x, pass, context) => {
      const y = callHook({ plugin: name, hook: `rewrite.${tap}` }, () => f(x, pass, context));
      if (y.shape.join() === x.shape.join()) return y;
      throw new UlmfitError(
        'BAD_REWRITE',
        `tap ${tap}: ${name} turned [${x.shape.join(', ')}] into [${y.shape.join(', ')}]; a rewrite keeps the shape`,
      );
    };
  return Object.fromEntries(Object.entries(rewrite ?? {}).map(([tap, f]) => [tap, check(tap, f as Rewrite)]));
}
