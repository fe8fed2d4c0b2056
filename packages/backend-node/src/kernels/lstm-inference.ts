import { engine, type TensorInfo } from '@tensorflow/tfjs-core';
import { nativeKernel } from '../native/execute.js';
import { narrowAttribute } from '../native/precision-attribute.js';
import type { TensorFlowBackend, TensorFlowBinding } from '../tensorflow-backend.js';
import { int8Rows } from './int8-rows.js';

/** From how many rows on laying the weight out for a tile of registers pays. */
export const TILED_ROWS = 5;

/** A native tensor, and who deletes it. */
interface Packed {
  readonly binding: TensorFlowBinding;
  readonly id: number;
}

/** What was found out of weights: what a tensor holds never changes. */
const packed = new WeakMap<object, Packed | 'none'>();
const weights = new FinalizationRegistry<Packed>(({ binding, id }) => binding.deleteTensor(id));

/**
 * A weight as an int8 model has it, in half the memory: a step for one text takes as long as the weight takes out of the cache. It is gone
 * some time after the weight.
 */
function int8Of(weight: TensorInfo, { binding }: TensorFlowBackend): Packed | undefined {
  const known = packed.get(weight.dataId);
  if (known !== undefined) return known === 'none' ? undefined : known;
  const [rows = 0, columns = 0] = weight.shape;
  const data = int8Rows(engine().readSync(weight.dataId) as Float32Array, rows, columns);
  const found = data && { binding, id: binding.createTensor([data.length], binding.TF_INT32, data) };
  packed.set(weight.dataId, found ?? 'none');
  if (found) weights.register(weight.dataId, found);
  return found;
}

/** All time steps of an LSTM layer for few rows and without a gradient; more rows are left to others. */
export const lstmInference = nativeKernel('UlmfitLstmInference', (backend, input) => {
  const batch = input('h').shape[0] ?? 0;
  if (batch >= TILED_ROWS) return [];
  const weight = int8Of(input('weightHh'), backend);
  if (weight) {
    const ids = backend.getInputTensorIds((['z', 'biasIh', 'biasHh', 'h', 'c'] as const).map(input));
    return backend.binding
      .executeOp('UlmfitLstmInferenceInt8', [], [...ids, weight.id], 2)
      .map((made) => backend.createOutputTensor(made));
  }
  return backend.executeMultipleOutputs(
    'UlmfitLstmInference',
    narrowAttribute(backend),
    (['z', 'biasIh', 'biasHh', 'weightHh', 'h', 'c'] as const).map(input),
    2,
  );
});
