import {
  add,
  addN,
  dispose,
  engine,
  getGradient,
  keep,
  mul,
  stack,
  tidy,
  variableGrads,
  type NamedTensorMap,
  type Scalar,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { nearest, showName, UlmfitError } from '@ulmfit/errors';
import { globalNorm } from '@ulmfit/kernels';
import { isFiniteTensor } from './finite-probe.js';
import type { ForwardPass } from '../model/forward-pass.js';
import type { Model } from '../model/model.js';
import type { Gradients } from '../model/optimizer.js';
import type { Parameter } from '../model/parameter.js';
import type { Pass } from '../model/pass.js';
import { callHook } from '../plugin/call-hook.js';
import type { TrainingPlugin } from '../plugin/plugin.js';
import type { TrainingContext } from '../plugin/training-context.js';

/** One micro-batch's gradients (owned by the caller) and its scalars (likewise): `loss` and each term by name. */
export interface Differentiated {
  gradients: Record<string, Tensor>;
  scalars: Record<string, Scalar>;
}

/**
 * TensorFlow.js keeps its gradients out of the core: without them an operation deep in the backward pass would fail.
 * @throws UlmfitError `NO_GRADIENTS`
 */
export function requireGradients(): void {
  if (getGradient('BatchMatMul')) return;
  throw new UlmfitError(
    'NO_GRADIENTS',
    "TensorFlow.js has no gradients here: import '@tensorflow/tfjs', or start a backend with useBackend() of @ulmfit/backend-node",
  );
}

/**
 * Forward, loss, loss terms and gradients of one batch, under one tape. The tape disposes what is made inside;
 * the scalars, the carried states and the buffers' new values are kept. Nothing is left of it when it throws.
 * @throws UlmfitError `NOTHING_TO_TRAIN`, `BAD_PLUGINS`
 */
export function differentiate<Batch, Output, Taps>(
  model: Model<Batch, Output, Taps>,
  batch: Batch,
  pass: Pass,
  plugins: readonly TrainingPlugin<Batch, Output, Taps>[],
  trained: readonly Parameter[],
): Differentiated {
  if (trained.length === 0) {
    throw new UlmfitError('NOTHING_TO_TRAIN', `${model.name}: every parameter group is frozen; unfreeze one`);
  }
  return differentiateLoss((report) => {
    const output = model.forward(batch, pass as ForwardPass<Taps>);
    const loss = model.loss(output, batch, pass as ForwardPass<Taps>);
    report('loss', loss);
    const reported = new Set(['loss']);
    const terms: Scalar[] = [loss];
    for (const plugin of plugins) {
      const given = plugin.loss && callHook(plugin, 'loss', plugin.loss, { batch, output, pass });
      for (const [name, term] of Object.entries(given ?? {})) {
        if (reported.has(name)) {
          throw new UlmfitError(
            'BAD_PLUGINS',
            `${plugin.name}: the loss term ${name} is defined twice; rename one`,
          );
        }
        reported.add(name);
        report(name, term);
        terms.push(term);
      }
    }
    return terms.length === 1 ? loss : (addN(terms) as Scalar);
  }, trained);
}

/**
 * The gradients of a loss in the trained parameters, under one tape. The tape disposes what is made inside; the scalars that are
 * reported are kept. Nothing is left of it when it throws.
 */
export function differentiateLoss(
  loss: (report: (name: string, value: Scalar) => void) => Scalar,
  trained: readonly Parameter[],
): Differentiated {
  const scalars: Record<string, Scalar> = {};
  const report = (name: string, value: Scalar) => void (scalars[name] = keep(value.clone()));
  try {
    // The tidy is for errors: without it the loss would outlive a backward pass that throws.
    const { value, grads } = tidy(() =>
      variableGrads(
        () => loss(report),
        trained.map((p) => p.variable),
      ),
    );
    value.dispose();
    return { gradients: byParameterName(trained, grads), scalars };
  } catch (error) {
    dispose(Object.values(scalars));
    freeTape();
    throw error;
  }
}

/** Frees what a tape has saved, which tfjs does only at the end of a backward pass: this one never came there. */
export function freeTape(): void {
  for (const { saved } of engine().state.activeTape ?? []) dispose(saved ?? []);
}

/** The sums of two sets of gradients, and the scalars of both; frees what is no part of it. What is missing is zero. */
export function addDifferentiated(a: Differentiated, b: Differentiated): Differentiated {
  const gradients: Record<string, Tensor> = {};
  for (const name of new Set([...Object.keys(a.gradients), ...Object.keys(b.gradients)])) {
    const [first, second] = [a.gradients[name], b.gradients[name]];
    const sum = first && second ? add(first, second) : (first ?? second);
    if (first && second) dispose([first, second]);
    if (sum) gradients[name] = sum;
  }
  return { gradients, scalars: { ...a.scalars, ...b.scalars } };
}

function byParameterName(trained: readonly Parameter[], grads: NamedTensorMap): Record<string, Tensor> {
  const named: Record<string, Tensor> = {};
  for (const { name, variable } of trained) {
    const gradient = grads[variable.name];
    if (gradient) named[name] = gradient;
  }
  return named;
}

/** Adds up micro-batches: gradients and scalars, each weighted by its number of targets. */
export class Accumulator {
  #gradients: Record<string, Tensor> = {};
  #scalars: Record<string, Scalar> = {};
  #weight = 0;
  #count = 0;

  add({ gradients, scalars }: Differentiated, weight: number): void {
    this.#gradients = this.#join(this.#gradients, gradients, weight);
    this.#scalars = this.#join(this.#scalars, scalars, weight);
    this.#weight += weight;
    this.#count++;
  }

  /** Frees what has been added and not been taken. */
  discard(): void {
    const { gradients, scalars } = this.take();
    dispose([...Object.values(gradients), ...Object.values(scalars)]);
  }

  /** The weighted means so far; one micro-batch passes through untouched. The caller owns them. */
  take(): Differentiated & { weight: number } {
    const taken = { gradients: this.#gradients, scalars: this.#scalars, weight: this.#weight };
    this.#gradients = {};
    this.#scalars = {};
    this.#weight = 0;
    this.#count = 0;
    return taken;
  }

  /** The running mean of two sets, `sum += (new - sum) * weight / total`, disposing both. What is missing is zero. */
  #join<T extends Tensor>(
    sums: Record<string, T>,
    values: Record<string, T>,
    weight: number,
  ): Record<string, T> {
    if (this.#count === 0) return values;
    const share = weight === 0 ? 0 : weight / (this.#weight + weight);
    const joined: Record<string, T> = {};
    for (const name of new Set([...Object.keys(sums), ...Object.keys(values)])) {
      const sum = sums[name];
      const value = values[name];
      joined[name] = tidy(() => {
        const parts = [...(sum ? [mul(sum, 1 - share)] : []), ...(value ? [mul(value, share)] : [])];
        return parts.reduce((a, b) => add(a, b)) as T;
      });
      dispose([...(sum ? [sum] : []), ...(value ? [value] : [])]);
    }
    return joined;
  }
}

/**
 * Runs the gradient hooks; the result is the caller's, what they replaced is disposed. Adds the reported scalars.
 * When a hook throws, gradients and scalars are disposed.
 */
export function transformGradients<Batch, Output, Taps>(
  { gradients, scalars }: Differentiated,
  plugins: readonly TrainingPlugin<Batch, Output, Taps>[],
  ctx: TrainingContext,
  targets: number,
): Gradients {
  const own = new Set(Object.values(gradients));
  const terms = new Set(Object.keys(scalars));
  const transform = () => {
    let current: Gradients = gradients;
    const report = (name: string, value: Scalar) => {
      if (terms.has(name)) throw new UlmfitError('BAD_PLUGINS', `the scalar ${name} is a loss term already`);
      scalars[name]?.dispose();
      scalars[name] = keep(value.clone());
    };
    for (const plugin of plugins) {
      if (!plugin.gradients) continue;
      current = callHook(plugin, 'gradients', plugin.gradients, current, ctx, report, targets);
      requireGradientsOf(plugin.name, current, gradients);
    }
    // Not a number anywhere shows in the norm, so one scalar watches over all gradients.
    if (!scalars['gradNorm']) report('gradNorm', globalNorm(Object.values(current)));
    for (const t of Object.values(current)) if (!own.has(t)) keep(t);
    return current;
  };
  let transformed: Gradients;
  try {
    transformed = tidy(transform);
  } catch (error) {
    dispose([...own, ...Object.values(scalars)]);
    throw error;
  }
  const kept = new Set(Object.values(transformed));
  for (const t of own) if (!kept.has(t)) t.dispose();
  return transformed;
}

/** One read for all scalars of a step; disposes them. */
export function readScalars(scalars: Record<string, Scalar>): Record<string, number> {
  const names = Object.keys(scalars);
  if (names.length === 0) return {};
  try {
    const values = tidy(() => stack(names.map((name) => scalars[name] as Scalar)).dataSync());
    return Object.fromEntries(names.map((name, i) => [name, values[i] as number]));
  } finally {
    dispose(Object.values(scalars));
  }
}

/** @throws UlmfitError `BAD_PLUGINS` for what is not the gradient of a trained parameter */
function requireGradientsOf(plugin: string, given: Gradients, known: Gradients): void {
  const fail = (what: string): never => {
    throw new UlmfitError('BAD_PLUGINS', `${plugin}: gradients ${what}`);
  };
  if (typeof given !== 'object' || given === null)
    fail(`gives ${String(given)}; return the gradients by parameter name`);
  for (const [name, gradient] of Object.entries(given)) {
    const own = known[name];
    if (!own) {
      const meant = nearest(name, Object.keys(known));
      fail(
        `gives ${showName(name)}, which is not trained here${meant === undefined ? '' : `; is it ${meant}?`}`,
      );
    } else if (gradient.shape.join() !== own.shape.join()) {
      fail(
        `turns ${name} from [${own.shape.join(', ')}] into [${gradient.shape.join(', ')}]; keep the shape`,
      );
    }
  }
}

/** The first figure that is no finite number, with its name. */
export const notFinite = (values: Record<string, number>): [string, number] | undefined =>
  Object.entries(values).find(([, v]) => !Number.isFinite(v));

/**
 * What to throw for a figure that is not finite: UlmfitError `NOT_FINITE`, which names what went wrong first. The weights
 * have not been touched yet.
 * @param traced the first tensor of the forward pass that is not finite, in words
 */
export function notFiniteError(
  bad: [string, number],
  gradients: Gradients,
  at: string,
  traced: string | undefined,
): UlmfitError {
  const first = traced ?? firstGradient(gradients);
  return new UlmfitError(
    'NOT_FINITE',
    `${at}: ${bad[0]} is ${bad[1]}${first === undefined ? '' : `; the first that is not finite is ${first}`}` +
      '; the weights are as before this step: lower the learning rate or clip the gradients',
  );
}

/** The first on the way back: that of the uppermost parameter, since they stand from bottom to top. */
function firstGradient(gradients: Gradients): string | undefined {
  const broken = Object.entries(gradients).findLast(([, g]) => !isFiniteTensor(g));
  return broken && `the gradient of ${broken[0]} [${broken[1].shape.join(', ')}]`;
}
