import type { DataType, TensorInfo } from '@tensorflow/tfjs-core';

/** What is used of TensorFlow.js's backend for WebAssembly. */
export interface WasmBackend {
  /** A view of a tensor's numbers, until memory is asked for. */
  typedArrayFromHeap(tensor: TensorInfo): Float32Array;
  /** Counts one more tensor that has these numbers. */
  incRef(dataId: object): void;
  makeOutput(shape: readonly number[], dtype: DataType): TensorInfo;
}
