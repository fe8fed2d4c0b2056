import { engine, slice, tidy, type Tensor, type TensorInfo } from '@tensorflow/tfjs-core';
import { int8Rows } from '@ulmfit/kernels';
import { nativeModule } from '../native/native-kernels.js';
import type { TensorFlowBackend, TensorFlowBinding } from '../tensorflow-backend.js';
import { int8Blocks } from './int8-blocks.js';

/** A native tensor, and who deletes it. */
interface Packed {
  readonly binding: TensorFlowBinding;
  readonly id: number;
}

/** What was found out of weights: what a tensor holds never changes. */
const packed = new WeakMap<object, Packed | 'none'>();
const weights = new FinalizationRegistry<Packed>(({ binding, id }) => binding.deleteTensor(id));

/**
 * A weight `[4 * units, columns]` of an int8 model as the native kernel reads it, laid out at the first call; gone some time after the
 * weight. Undefined for any other weight, and where there is no kernel for whole numbers.
 */
export function int8Weight(weight: TensorInfo, { binding }: TensorFlowBackend): number | undefined {
  if (nativeModule()?.multipliesInt8 !== true) return undefined;
  const known = packed.get(weight.dataId);
  if (known !== undefined) return known === 'none' ? undefined : known.id;
  const [rows = 0, columns = 0] = weight.shape;
  const found = isInt8(weight) && int8Rows(engine().readSync(weight.dataId) as Float32Array, rows, columns);
  if (!found) {
    packed.set(weight.dataId, 'none');
    return undefined;
  }
  const data = int8Blocks(found, columns);
  const made = { binding, id: binding.createTensor([data.length], binding.TF_INT32, data) };
  packed.set(weight.dataId, made);
  weights.register(weight.dataId, made);
  return made.id;
}

/** Whether it may be one, by its first row: in training there are new weights at each step. */
function isInt8(weight: TensorInfo): boolean {
  const [, columns = 0] = weight.shape;
  // The cast: a kernel is given tensors.
  const row = tidy(() => slice(weight as Tensor, [0, 0], [1, columns]).dataSync<'float32'>());
  return int8Rows(row, 1, columns) !== undefined;
}
