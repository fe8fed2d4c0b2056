import type { Tensor } from '@tensorflow/tfjs-core';

/** What JSON can hold. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/**
 * The whole state of something that must survive a restart: numbers and names as JSON, arrays as tensors. Who loads its own
 * state names the JSON's shape: `loadStateDict({ json }: StateDict<{ best: number }>)`; a `type`, since TypeScript takes no
 * `interface` for JSON.
 */
export interface StateDict<Shape = Json> {
  json: Shape;
  tensors: Record<string, Tensor>;
}

/**
 * The one contract of everything that carries state: models, optimizers, plugins, loaders.
 * `stateDict` lends its tensors: they stay the owner's and are valid until its next step.
 * `loadStateDict` copies what it is given and throws on a missing or unknown entry.
 */
export interface Stateful {
  stateDict(): StateDict;
  loadStateDict(state: StateDict): void;
}

/**
 * Puts `prefix` and a slash before every tensor's name.
 * @example
 * Object.keys(prefixTensors('mean', { weight: zeros([2]) })); // ['mean/weight']
 */
export function prefixTensors(prefix: string, tensors: Record<string, Tensor>): Record<string, Tensor> {
  return Object.fromEntries(Object.entries(tensors).map(([name, t]) => [`${prefix}/${name}`, t]));
}

/**
 * The tensors whose names begin with `prefix` and a slash, without it.
 * @example
 * Object.keys(tensorsUnder('mean', { 'mean/weight': zeros([2]), bias: zeros([2]) })); // ['weight']
 */
export function tensorsUnder(prefix: string, tensors: Record<string, Tensor>): Record<string, Tensor> {
  const start = `${prefix}/`;
  return Object.fromEntries(
    Object.entries(tensors).flatMap(([name, t]) =>
      name.startsWith(start) ? [[name.slice(start.length), t]] : [],
    ),
  );
}
