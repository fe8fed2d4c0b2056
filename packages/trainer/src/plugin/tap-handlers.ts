import type { Tensor } from '@tensorflow/tfjs-core';
import { UlmfitError } from '@ulmfit/errors';
import type { ForwardPass } from '../model/forward-pass.js';
import type { TapHandlers } from '../model/pass.js';
import { callHook } from './call-hook.js';
import type { TrainingPlugin } from './plugin.js';

type Handler<R> = (x: Tensor, pass: ForwardPass, context: unknown) => R;
type Rewrite = Handler<Tensor>;
type Observe = Handler<void>;

/**
 * Collects the plugins' rewrites and observers by tap, in plugin order.
 * A rewrite that changes the shape throws UlmfitError `BAD_REWRITE`.
 */
export function tapHandlers<Batch, Output, Taps>(
  plugins: readonly TrainingPlugin<Batch, Output, Taps>[],
): TapHandlers {
  const rewrites = new Map<string, Rewrite[]>();
  const observers = new Map<string, Observe[]>();
  const collect = <F>(into: Map<string, F[]>, tap: string, hook: F) =>
    into.set(tap, [...(into.get(tap) ?? []), hook]);
  for (const plugin of plugins) {
    for (const [tap, hook] of Object.entries(plugin.rewrite ?? {}))
      collect(
        rewrites,
        tap,
        keepingShape(plugin.name, tap, asMethod(plugin, `rewrite.${tap}`, hook as Rewrite)),
      );
    for (const [tap, hook] of Object.entries(plugin.observe ?? {}))
      collect(observers, tap, asMethod(plugin, `observe.${tap}`, hook as Observe));
  }
  return {
    rewrite: (name, x, pass, context) => (rewrites.get(name) ?? []).reduce((y, f) => f(y, pass, context), x),
    observe: (name, x, pass, context) => observers.get(name)?.forEach((f) => f(x, pass, context)),
  };
}

/** A hook at a tap, called as the plugin's. */
const asMethod =
  <R>(plugin: { readonly name: string }, name: string, hook: Handler<R>): Handler<R> =>
  (x, pass, context) =>
    callHook(plugin, name, hook, x, pass, context);

function keepingShape(plugin: string, tap: string, rewrite: Rewrite): Rewrite {
  return (x, pass, context) => {
    const y = rewrite(x, pass, context);
    if (y.shape.join() === x.shape.join()) return y;
    throw new UlmfitError(
      'BAD_REWRITE',
      `tap ${tap}: ${plugin} turned [${x.shape.join(', ')}] into [${y.shape.join(', ')}]; a rewrite keeps the shape`,
    );
  };
}
