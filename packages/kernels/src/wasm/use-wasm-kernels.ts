import type { TensorInfo } from '@tensorflow/tfjs-core';
import { int8Rows } from '../int8-rows.js';
import { registerFastKernel } from '../run-fast.js';
import { compiledModule } from './compiled-module.js';
import * as lstmInt8 from './lstm-int8-module.js';
import * as lstmLayer from './lstm-layer-module.js';
import type { LstmLayerRun } from './lstm-layer-run.js';
import { useWasmClones } from './use-wasm-clones.js';
import { useWasmLstmGradient } from './use-wasm-lstm-gradient.js';
import { useWasmRows } from './use-wasm-rows.js';
import { useWasmSlices } from './use-wasm-slices.js';
import type { WasmBackend } from './wasm-backend.js';
import { WasmInt8Layer } from './wasm-int8-layer.js';
import { WasmLstmLayer, type PlainLstmWeights } from './wasm-lstm-layer.js';

/** A layer and the tensors that it was made of: what a tensor holds never changes. */
interface Laid {
  readonly of: readonly object[];
  readonly layer: LstmLayerRun;
}

let isUsed = false;

/**
 * Gives the backend `wasm` kernels for LSTM layers, with a gradient and without: several times as fast as composed operations, which they
 * stand in for from then on. Where no gradient is asked for, the weights of a layer are laid out at its first use, and gone with them. Also
 * lets it take tensors apart, look up rows and share clones without needless copies. May be called any number of times, before the backend
 * is there too.
 * @returns false where the engine has no SIMD or the page's policy forbids to compile: all goes on by composed operations
 * @example
 * console.log(useWasmKernels()); // true
 */
export function useWasmKernels(): boolean {
  useWasmSlices();
  useWasmRows();
  useWasmClones();
  const module = compiledModule(lstmLayer);
  if (!module) return false;
  if (isUsed) return true;
  isUsed = true;
  const forwardForGradient = useWasmLstmGradient();
  const laid = new WeakMap<object, Laid>();
  registerFastKernel('wasm', 'UlmfitLstmLayer', (inputs, { needsGradient }, given) => {
    // The cast: TensorFlow.js gives the backend that the kernel was registered for.
    const backend = given as WasmBackend;
    if (needsGradient) return forwardForGradient?.(inputs, backend) ?? [];
    const { x, weightIh, weightHh, biasIh, biasHh, h, c } = inputs;
    const [time = 0, batch = 0, input = 0] = x.shape;
    const units = h.shape[1] ?? 0;
    if (x.shape.includes(0)) return [];
    // What a view was taken of may move when memory is asked for.
    const read = (tensor: TensorInfo) => backend.typedArrayFromHeap(tensor);
    const weights = [weightIh, weightHh, biasIh, biasHh];
    let found = laid.get(weightHh.dataId);
    if (!found || weights.some(({ dataId }, i) => dataId !== found?.of[i])) {
      const plain = {
        weightIh: read(weightIh),
        weightHh: read(weightHh),
        biasIh: read(biasIh),
        biasHh: read(biasHh),
      };
      found = {
        of: weights.map(({ dataId }) => dataId),
        layer: int8Layer(input, units, plain) ?? new WasmLstmLayer(module, input, units, plain),
      };
      laid.set(weightHh.dataId, found);
    }
    const outputs = [[time, batch, units], h.shape, c.shape].map((shape) =>
      backend.makeOutput(shape, 'float32'),
    );
    const [output, after, cells] = outputs.map(read) as [Float32Array, Float32Array, Float32Array];
    after.set(read(h));
    cells.set(read(c));
    found.layer.run({ x: read(x), h: after, c: cells, output }, time, batch);
    return outputs;
  });
  return true;
}

/** A layer of an int8 model. */
function int8Layer(input: number, units: number, weights: PlainLstmWeights): LstmLayerRun | undefined {
  const weightIh = int8Rows(weights.weightIh, 4 * units, input);
  const weightHh = weightIh && int8Rows(weights.weightHh, 4 * units, units);
  const module = weightHh && compiledModule(lstmInt8);
  return module && new WasmInt8Layer(module, input, units, { ...weights, weightIh, weightHh });
}
