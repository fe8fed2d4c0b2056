import { findBackend, type Tensor, type TensorInfo } from '@tensorflow/tfjs-core';
import { UlmfitError } from '@ulmfit/errors';

/** An attribute of a TensorFlow op, as the native binding takes it. */
export interface OpAttribute {
  readonly name: string;
  /** One of the binding's `TF_ATTR_*` numbers. */
  readonly type: number;
  readonly value: boolean | number | string | readonly number[];
}

/** A tensor as the native binding knows it. Whoever got it from the binding must delete it or make a tensor of it. */
export interface NativeTensor {
  readonly id: number;
  readonly shape: number[];
  readonly dtype: number;
}

/** The native binding of tfjs-node: ops by name over tensor ids, whatever their dtype. */
export interface TensorFlowBinding {
  readonly TF_Version: string;
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_SHAPE: number;
  createTensor(shape: readonly number[], dtype: number, values: ArrayBufferView): number;
  deleteTensor(id: number): void;
  executeOp(
    name: string,
    attributes: readonly OpAttribute[],
    inputIds: readonly number[],
    outputs: number,
  ): NativeTensor[];
  getNumOfTensors(): number;
}

/** The part of tfjs-node's backend that kernels are written with. */
export interface TensorFlowBackend {
  readonly binding: TensorFlowBinding;
  /** Whether its tensors are on a graphics card. */
  readonly isUsingGpuDevice: boolean;
  executeSingleOutput(
    name: string,
    attributes: readonly OpAttribute[],
    inputs: readonly TensorInfo[],
  ): Tensor;
  executeMultipleOutputs(
    name: string,
    attributes: readonly OpAttribute[],
    inputs: readonly TensorInfo[],
    outputs: number,
  ): Tensor[];
  /** The binding's ids of tensors; what JavaScript still holds is handed to TensorFlow first. */
  getInputTensorIds(tensors: readonly TensorInfo[]): number[];
  /** Makes a tensor of an op's output, of a dtype that tfjs has. */
  createOutputTensor(output: NativeTensor): Tensor;
}

/**
 * Whether this is tfjs-node's backend.
 * @example
 * if (isTensorFlowBackend(engine().backend)) console.log('tfjs-node computes');
 */
export function isTensorFlowBackend(backend: unknown): backend is TensorFlowBackend {
  return (
    typeof backend === 'object' &&
    backend !== null &&
    'binding' in backend &&
    'executeSingleOutput' in backend &&
    typeof backend.executeSingleOutput === 'function'
  );
}

/**
 * tfjs-node's backend, for ops that tfjs has no name for.
 * @throws UlmfitError `NO_TENSORFLOW` before `useBackend` has put it in place.
 */
export function tensorFlowBackend(): TensorFlowBackend {
  const backend: unknown = findBackend('tensorflow');
  if (!isTensorFlowBackend(backend)) {
    throw new UlmfitError('NO_TENSORFLOW', "The TensorFlow backend isn't loaded: call useBackend() first.");
  }
  return backend;
}
