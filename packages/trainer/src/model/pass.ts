import { keep, tidy, type Tensor, type TensorContainer } from '@tensorflow/tfjs-core';
import { randomKey, type RandomKey } from '@ulmfit/kernels';
import { CarriedStates } from '../state/carried-states.js';
import type { ForwardPass, Phase, TapOptions } from './forward-pass.js';
import { overwrite, type Buffer, type Parameter } from './parameter.js';

/** Who stands at a model's taps: rewrites first, then observers, each in plugin order. */
export interface TapHandlers {
  rewrite(name: string, x: Tensor, pass: ForwardPass, context: unknown): Tensor;
  observe(name: string, x: Tensor, pass: ForwardPass, context: unknown): void;
}

export interface PassOptions {
  phase: Phase;
  carried: CarriedStates;
  seed?: number;
  stage?: string;
  step?: number;
  microBatch?: number;
  /** The pass of the micro-batch before within this step: what it left behind holds already, though not committed. */
  previous?: Pass | undefined;
  handlers?: TapHandlers;
  /** Replaces tensors at the taps after the handlers have, where a tensor is observed. */
  replace?: ((name: string, x: Tensor, pass: ForwardPass, context: unknown) => Tensor) | undefined;
  /** Goes before the name of each random stream: another one draws others. */
  streamPrefix?: string | undefined;
  /** The parameters whose gradient is asked for; none outside training. */
  trained?: ReadonlySet<Parameter>;
}

/**
 * One pass of a model, and what it leaves behind.
 * @example
 * const pass = new Pass({ phase: 'predict', carried: new CarriedStates() });
 * const { logits } = model.forward(batch, pass);
 * pass.discard(); // or `commit`, which keeps what it carries
 */
export class Pass implements ForwardPass<Record<string, unknown>> {
  readonly phase: Phase;
  readonly training: boolean;
  readonly #options: PassOptions;
  readonly #calls = new Map<string, number>();
  readonly #carried = new Map<string, Tensor>();
  readonly #updates = new Map<Buffer, Tensor>();

  constructor(options: PassOptions) {
    this.phase = options.phase;
    this.training = options.phase === 'train';
    this.#options = options;
  }

  tap<T extends Tensor>(name: string, x: T, context: unknown, { observed = true }: TapOptions = {}): T {
    const { handlers, replace } = this.#options;
    if (!handlers) return x;
    const rewritten = handlers.rewrite(name, x, this, context);
    if (!observed) return rewritten as T;
    const shown = replace ? replace(name, rewritten, this, context) : rewritten;
    handlers.observe(name, shown, this, context);
    return shown as T;
  }

  trains(parameter: Parameter): boolean {
    return this.#options.trained?.has(parameter) ?? false;
  }

  carried(name: string): Tensor | undefined {
    const { previous, carried } = this.#options;
    return (previous && previous.#left(name)) ?? carried.get(name);
  }

  carry(name: string, state: Tensor): void {
    this.#carried.get(name)?.dispose();
    this.#carried.set(name, keep(state.clone()));
  }

  read(buffer: Buffer): Tensor {
    return this.#updates.get(buffer) ?? this.#options.previous?.read(buffer) ?? buffer.variable;
  }

  update(buffer: Buffer, value: Tensor): void {
    this.#updates.get(buffer)?.dispose();
    this.#updates.set(buffer, keep(value.clone()));
  }

  random(stream: string): RandomKey {
    const { seed = 0, stage = '', step = 0, microBatch = 0, streamPrefix = '' } = this.#options;
    const call = this.#calls.get(stream) ?? 0;
    this.#calls.set(stream, call + 1);
    return randomKey({ seed, stage, stream: `${streamPrefix}${stream}`, step, microBatch, call });
  }

  /** Hands the carried states on and writes the buffers: the pass counts. */
  commit(): void {
    this.#options.carried.replace(this.#carried);
    this.#carried.clear();
    for (const [buffer, value] of this.#updates) overwrite(buffer.variable, value);
    this.discard();
  }

  /** Throws away what the pass left behind: it never was. */
  discard(): void {
    for (const t of [...this.#carried.values(), ...this.#updates.values()]) t.dispose();
    this.#carried.clear();
    this.#updates.clear();
  }

  /** A state that this step's passes up to this one have carried. */
  #left(name: string): Tensor | undefined {
    const { previous } = this.#options;
    return this.#carried.get(name) ?? (previous && previous.#left(name));
  }
}

/**
 * Runs a model outside a trainer: `body` gets a pass of the `predict` phase. Of the tensors made in it only those of its
 * result are left, which are the caller's. States carried between calls stay in `carried` where it is given, and are
 * forgotten else.
 * @example
 * const logits = inferencePass((pass) => model.forward(batch, pass).logits); // [batch, classes]
 */
export function inferencePass<R>(body: (pass: Pass) => R, carried?: CarriedStates): R {
  const states = carried ?? new CarriedStates();
  const pass = new Pass({ phase: 'predict', carried: states });
  try {
    const result = tidy(() => body(pass) as TensorContainer) as R;
    pass.commit();
    return result;
  } finally {
    pass.discard();
    if (!carried) states.reset();
  }
}
