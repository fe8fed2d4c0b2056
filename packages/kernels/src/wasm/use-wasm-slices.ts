import {
  getKernel,
  Slice,
  slice_util,
  SplitV,
  Unpack,
  backend_util,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { replaceKernel } from './replace-kernel.js';
import type { WasmBackend } from './wasm-backend.js';

let isUsed = false;

/**
 * Lets the backend `wasm` cut tensors in time that grows with what is cut out. TensorFlow.js's own kernels copy all of a tensor for each
 * part of it: to take a window of 288 steps apart was to copy it 288 times. Once the backend is there.
 */
export function useWasmSlices(): void {
  if (isUsed || !getKernel(Slice, 'wasm')) return;
  isUsed = true;
  replaceKernel<{ begin: number | number[]; size: number | number[] }>(
    Slice,
    ({ inputs: { x }, attrs, backend }) => {
      if (!x || x.dtype === 'string') return undefined;
      // The cast: it takes tensors by their shapes alone.
      const [begins = [], sizes = []] = slice_util.parseSliceParams(x as never, attrs.begin, attrs.size);
      return sliced(backend, x, begins, sizes);
    },
  );
  replaceKernel<{ axis: number }>(Unpack, ({ inputs: { value }, attrs, backend }) => {
    if (!value || value.dtype === 'string') return undefined;
    const axis = positive(attrs.axis, value.shape);
    const rest = value.shape.filter((_, i) => i !== axis);
    const sizes = Array<number>(value.shape[axis] ?? 0).fill(1);
    return parts(backend, value, axis, sizes).map((part) => ({ ...part, shape: rest }));
  });
  replaceKernel<{ axis: number; numOrSizeSplits: number | number[] }>(
    SplitV,
    ({ inputs: { x }, attrs, backend }) => {
      if (!x || x.dtype === 'string') return undefined;
      const along = positive(attrs.axis, x.shape);
      // The cast: as above.
      const sizes = backend_util.prepareSplitSize(x as never, attrs.numOrSizeSplits, along);
      return parts(backend, x, along, sizes);
    },
  );
}

const positive = (axis: number, shape: readonly number[]): number => (axis < 0 ? axis + shape.length : axis);

function parts(backend: WasmBackend, x: TensorInfo, axis: number, sizes: readonly number[]): TensorInfo[] {
  let at = 0;
  return sizes.map((size) => {
    const begins = x.shape.map((_, i) => (i === axis ? at : 0));
    at += size;
    return sliced(
      backend,
      x,
      begins,
      x.shape.map((all, i) => (i === axis ? size : all)),
    );
  });
}

/** Copies a block of a tensor, run by run of what lies together. */
function sliced(
  backend: WasmBackend,
  x: TensorInfo,
  begins: readonly number[],
  sizes: readonly number[],
): TensorInfo {
  const out = backend.makeOutput(sizes, x.dtype);
  // Looked at after memory was asked for, which may move it.
  const [from, to] = [backend.typedArrayFromHeap(x), backend.typedArrayFromHeap(out)];
  // From this axis on all of the tensor is wanted: that much lies together.
  let axis = sizes.length;
  let run = 1;
  while (axis > 0 && sizes[axis - 1] === x.shape[axis - 1]) run *= sizes[--axis] as number;
  if (axis > 0) run *= sizes[--axis] as number;
  if (run === 0) return out;
  const strides = new Array<number>(x.shape.length);
  for (let i = x.shape.length - 1, stride = 1; i >= 0; i--) {
    strides[i] = stride;
    stride *= x.shape[i] as number;
  }
  const place = [...begins];
  for (let at = 0; at < to.length; at += run) {
    const start = place.reduce((sum, each, i) => sum + each * (strides[i] as number), 0);
    to.set(from.subarray(start, start + run), at);
    // The next place of the axes before.
    for (let i = axis - 1; i >= 0; i--) {
      place[i] = (place[i] as number) + 1;
      if ((place[i] as number) < (begins[i] as number) + (sizes[i] as number)) break;
      place[i] = begins[i] as number;
    }
  }
  return out;
}
