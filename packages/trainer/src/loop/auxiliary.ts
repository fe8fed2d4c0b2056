import {
  dispose,
  engine,
  keep,
  scalar,
  tidy,
  zeros,
  type Scalar,
  type Tensor,
  type TensorContainer,
} from '@tensorflow/tfjs-core';
import { showName, UlmfitError } from '@ulmfit/errors';
import type { ForwardPass } from '../model/forward-pass.js';
import type { Model } from '../model/model.js';
import type { Parameter } from '../model/parameter.js';
import { Pass, type PassOptions } from '../model/pass.js';
import type { AuxiliaryOptions, AuxiliaryPasses } from '../plugin/auxiliary-passes.js';
import { callHook } from '../plugin/call-hook.js';
import type { TrainingPlugin } from '../plugin/plugin.js';
import type { TrainingContext } from '../plugin/training-context.js';
import { addDifferentiated, differentiateLoss, freeTape, type Differentiated } from './train-step.js';

type Rewrites = Readonly<Record<string, (x: Tensor, pass: ForwardPass, context: unknown) => Tensor>>;

/**
 * Lets the plugins learn from other passes of a micro-batch. What they learn is added to what the batch itself has given, which is
 * freed where one throws.
 */
export function withAuxiliary<Batch, Output, Taps>(
  own: Differentiated,
  plugins: readonly TrainingPlugin<Batch, Output, Taps>[],
  ctx: TrainingContext,
  options: AuxiliaryPassesOptions<Batch, Output, Taps>,
): Differentiated {
  let current = own;
  try {
    for (const plugin of plugins) {
      if (!plugin.auxiliary) continue;
      const passes = new PassesBesideBatch(options, (learned) => {
        const taken = Object.keys(learned.scalars).find((name) => current.scalars[name]);
        if (taken !== undefined) {
          dispose([...Object.values(learned.gradients), ...Object.values(learned.scalars)]);
          throw new UlmfitError(
            'BAD_PLUGINS',
            `${plugin.name}: the loss term ${taken} is defined twice; rename one`,
          );
        }
        current = addDifferentiated(current, learned);
        // The plugin may call within a tidy of its own.
        Object.values(current.gradients).forEach(keep);
      });
      callHook(plugin, 'auxiliary', plugin.auxiliary, passes, ctx);
    }
    return current;
  } catch (error) {
    dispose([...Object.values(current.gradients), ...Object.values(current.scalars)]);
    throw error;
  }
}

export interface AuxiliaryPassesOptions<Batch, Output, Taps> {
  readonly model: Model<Batch, Output, Taps>;
  readonly batch: Batch;
  /** What the batch's own pass was made with. */
  readonly pass: PassOptions;
  readonly trained: readonly Parameter[];
}

class PassesBesideBatch<Batch, Output, Taps> implements AuxiliaryPasses<Batch, Output> {
  readonly #options: AuxiliaryPassesOptions<Batch, Output, Taps>;
  readonly #learned: (learned: Differentiated) => void;
  /** Passes with masks of their own so far. */
  #fresh = 0;
  /** The one under way. A loss may depend on what its pass asks a gradient of. */
  #pass: ForwardPass<Taps> | undefined;

  constructor(
    options: AuxiliaryPassesOptions<Batch, Output, Taps>,
    learned: (learned: Differentiated) => void,
  ) {
    this.#options = options;
    this.#learned = learned;
  }

  get batch(): Batch {
    return this.#options.batch;
  }

  taskLoss(output: Output, batch: Batch): Scalar {
    if (this.#pass) return this.#options.model.loss(output, batch, this.#pass);
    throw new UlmfitError(
      'BAD_PLUGINS',
      'taskLoss: no pass is running; call it on the output that run, gradientsAt or learn gives',
    );
  }

  run<T extends TensorContainer>(
    batch: Batch,
    read: (output: Output) => T,
    options: AuxiliaryOptions = {},
  ): T {
    return this.#beside(options, new Set(), (pass) =>
      tidy(() => read(this.#options.model.forward(batch, pass))),
    );
  }

  gradientsAt(
    tap: string,
    batch: Batch,
    loss: (output: Output) => Scalar,
    options: AuxiliaryOptions = {},
  ): Tensor[] {
    const { model } = this.#options;
    const taps: readonly string[] = model.taps;
    if (!taps.includes(tap)) {
      throw new UlmfitError(
        'BAD_PLUGINS',
        `no gradient at ${showName(tap)}: ${model.name} has the taps ${taps.join(', ') || 'none'}`,
      );
    }
    // A layer hands its input a gradient where something below it is trained: the lowest group stands below every tap.
    const lowest = new Set(model.groups[0]?.parameters);
    // The engine looks at the list after the forward pass, which fills it; at first it may not be empty.
    const tapped: Tensor[] = [];
    return this.#beside(
      options,
      lowest,
      (pass) =>
        tidy(() => {
          tapped.push(scalar(0));
          const { value, grads } = differentiated(() => loss(model.forward(batch, pass)), tapped);
          value.dispose();
          return tapped.slice(1).map((x, i) => (grads[i + 1] as Tensor | undefined) ?? zeros(x.shape));
        }),
      (name, x) => {
        if (name === tap) tapped.push(x);
      },
    );
  }

  learn(name: string, batch: Batch, loss: (output: Output) => Scalar, options: AuxiliaryOptions = {}): void {
    const { model, trained } = this.#options;
    this.#learned(
      this.#beside(options, new Set(trained), (pass) =>
        differentiateLoss((report) => {
          const value = loss(model.forward(batch, pass));
          report(name, value);
          return value;
        }, trained),
      ),
    );
  }

  /** Runs `body` with a pass that leaves nothing behind. */
  #beside<R>(
    { rewrite, masks = 'same' }: AuxiliaryOptions,
    trained: ReadonlySet<Parameter>,
    body: (pass: ForwardPass<Taps>) => R,
    shown: (name: string, x: Tensor) => void = () => undefined,
  ): R {
    const rewrites = (rewrite ?? {}) as Rewrites;
    const pass = new Pass({
      ...this.#options.pass,
      trained,
      ...(masks === 'fresh' && { streamPrefix: `auxiliary ${this.#fresh++}/` }),
      replace: (name, x, own, context) => {
        const replaced = rewrites[name]?.(x, own, context) ?? x;
        requireShape(name, x, replaced);
        shown(name, replaced);
        return replaced;
      },
    });
    const outer = this.#pass;
    this.#pass = pass as ForwardPass<Taps>;
    try {
      return body(this.#pass);
    } finally {
      this.#pass = outer;
      pass.discard();
    }
  }
}

function differentiated(f: () => Scalar, xs: Tensor[]): { value: Scalar; grads: (Tensor | undefined)[] } {
  try {
    return engine().gradients(f, xs, undefined, true);
  } catch (error) {
    freeTape();
    throw error;
  }
}

/** @throws UlmfitError `BAD_REWRITE` */
function requireShape(tap: string, x: Tensor, y: Tensor): void {
  if (y.shape.join() === x.shape.join()) return;
  throw new UlmfitError(
    'BAD_REWRITE',
    `tap ${tap}: an auxiliary pass turned [${x.shape.join(', ')}] into [${y.shape.join(', ')}]; a rewrite keeps the shape`,
  );
}
