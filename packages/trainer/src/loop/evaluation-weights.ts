import { keep, type Tensor } from '@tensorflow/tfjs-core';
import type { Optimizer } from '../model/optimizer.js';
import { overwrite, type Parameter } from '../model/parameter.js';
import { callHook } from '../plugin/call-hook.js';
import type { TrainingPlugin } from '../plugin/plugin.js';

/** The weights that stand for the trained ones outside training: a plugin's, else the optimizer's; lent. */
export function evaluationWeights<Batch, Output, Taps>(
  plugins: readonly TrainingPlugin<Batch, Output, Taps>[],
  optimizer: Optimizer,
): Readonly<Record<string, Tensor>> | undefined {
  for (const plugin of plugins) {
    const own = plugin.evaluationWeights;
    const weights = own && callHook(plugin, 'evaluationWeights', own);
    if (weights) return weights;
  }
  return optimizer.evaluationWeights?.();
}

/** Swaps weights in around `body`; the parameters' own come back after. */
export async function withWeights<R>(
  parameters: readonly Parameter[],
  weights: Readonly<Record<string, Tensor>> | undefined,
  body: () => R | Promise<R>,
): Promise<R> {
  if (!weights) return body();
  const trained = new Map<Parameter, Tensor>();
  try {
    for (const parameter of parameters) {
      const weight = weights[parameter.name];
      if (!weight) continue;
      trained.set(parameter, keep(parameter.variable.clone()));
      overwrite(parameter.variable, weight);
    }
    return await body();
  } finally {
    for (const [{ variable }, own] of trained) {
      overwrite(variable, own);
      own.dispose();
    }
  }
}
