import type { TensorInfo } from '@tensorflow/tfjs-core';
import { registerFastKernel, type FastKernelTensors } from '../run-fast.js';
import { compiledModule } from './compiled-module.js';
import * as lstmGradient from './lstm-gradient-module.js';
import type { WasmBackend } from './wasm-backend.js';
import { gateColumns, type LstmSizes } from './lstm-memory.js';
import { WasmLstmGradient } from './wasm-lstm-gradient.js';

/** `UlmfitLstmLayer` where a gradient is asked for. */
export type ForwardForGradient = (
  inputs: FastKernelTensors<'UlmfitLstmLayer'>,
  backend: WasmBackend,
) => readonly TensorInfo[];

/**
 * Gives the backend `wasm` the kernel `UlmfitLstmLayerGrad`. Weights are packed at each call: in training they are new each time.
 * @returns the forward pass that it belongs to; undefined where the module can't be compiled
 */
export function useWasmLstmGradient(): ForwardForGradient | undefined {
  const module = compiledModule(lstmGradient);
  if (!module) return undefined;
  let made: WasmLstmGradient | undefined;
  const kernel = () => (made ??= new WasmLstmGradient(module));

  registerFastKernel('wasm', 'UlmfitLstmLayerGrad', (inputs, needs, given) => {
    // The cast: TensorFlow.js gives the backend that the kernel was registered for.
    const backend = given as WasmBackend;
    const sizes = sizesOf(inputs);
    const { x, weightIh, weightHh } = inputs;
    const shapes = [
      needs.input ? x.shape : [0],
      ...(needs.weights ? [weightIh.shape, weightHh.shape, [4 * sizes.units]] : [[0], [0], [0]]),
    ];
    const outputs = shapes.map((shape) => backend.makeOutput(shape, 'float32'));
    const [dInput, ih, hh, bias] = outputs.map((output) => backend.typedArrayFromHeap(output)) as [
      Float32Array,
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    kernel().backward(sizes, {
      ...numbersOf(inputs, backend),
      dInput: needs.input ? dInput : undefined,
      dWeights: needs.weights ? { ih, hh, bias } : undefined,
    });
    return outputs;
  });

  return (inputs, backend) => {
    if (inputs.x.shape.includes(0)) return [];
    const sizes = sizesOf(inputs);
    const { time, batch, units } = sizes;
    const sequence = [time, batch, units];
    const [output, h, c, cells, gates] = [
      sequence,
      [batch, units],
      [batch, units],
      sequence,
      [time, batch, gateColumns(units)],
    ].map((shape) => backend.makeOutput(shape, 'float32')) as [
      TensorInfo,
      TensorInfo,
      TensorInfo,
      TensorInfo,
      TensorInfo,
    ];
    const filled = numbersOf({ output, cells, gates, lastH: h, lastC: c }, backend);
    kernel().forward(sizes, { ...numbersOf(inputs, backend), ...filled });
    filled.lastH.set(filled.output.subarray(-batch * units));
    filled.lastC.set(filled.cells.subarray(-batch * units));
    return [output, h, c, cells, gates];
  };
}

const sizesOf = ({
  x,
  weightHh,
}: Pick<FastKernelTensors<'UlmfitLstmLayer'>, 'x' | 'weightHh'>): LstmSizes => {
  const [time = 0, batch = 0, inputs = 0] = x.shape;
  return { time, batch, inputs, units: weightHh.shape[1] ?? 0 };
};

/** Views of tensors by their names, until memory is asked for. */
const numbersOf = <Name extends string>(
  tensors: Readonly<Record<Name, TensorInfo>>,
  backend: WasmBackend,
): Record<Name, Float32Array> =>
  // The cast: the names are the same.
  Object.fromEntries(
    Object.entries<TensorInfo>(tensors).map(([name, tensor]) => [name, backend.typedArrayFromHeap(tensor)]),
  ) as Record<Name, Float32Array>;
