import { dispose, matMul, tensor2d } from '@tensorflow/tfjs-core';
import { tensorFlowBackend } from '@ulmfit/backend-node';
import { product, randomKey, uniformValues } from '@ulmfit/kernels';
import { median } from '../statistics.mjs';
import { startEngine } from './start-engine.mjs';

/** TensorFlow's number of a type that tfjs has no name for. */
const BFLOAT16 = 14;

/**
 * The best rate of a matrix product: of all shapes, all kernels for them, all repetitions; and the best median of the
 * repetitions, which is lower where the machine is slower at times. In float32 the kernel is
 * TensorFlow's `MatMul`; in bfloat16 that one, on matrices that are rounded before, and the one that training uses.
 * @param {import('../job.mjs').Job} job
 */
export async function measure(job) {
  const { backend } = await startEngine({ ...job, without: [] });
  const { size, warmup, steps, precision } = job;
  const measured = size.products.map(([m, k, n]) => {
    const a = tensor2d(uniform(m * k), [m, k]);
    const b = tensor2d(uniform(k * n), [k, n]);
    const ours = () => (precision === 'float32' ? matMul(a, b) : product(a, b)).dispose();
    const kernels = [ours, ...(precision === 'bfloat16' ? [narrowMatMul(a, b)] : [])];
    const rates = kernels.map((run) => {
      const seconds = Array.from({ length: warmup + steps }, () => {
        const start = performance.now();
        run();
        return (performance.now() - start) / 1e3;
      });
      return seconds.slice(warmup).map((each) => (2 * m * k * n) / each / 1e9);
    });
    dispose([a, b]);
    return { shape: [m, k, n], gflops: Math.max(...rates.flat()), median: Math.max(...rates.map(median)) };
  });
  return {
    backend,
    shapes: measured,
    gflops: Math.max(...measured.map(({ gflops }) => gflops)),
    median: Math.max(...measured.map((each) => each.median)),
  };
}

/** @param {number} count */
const uniform = (count) => uniformValues(count, -1, 1, randomKey({ seed: 1, stream: 'benchmark' }));

/**
 * TensorFlow's own product of bfloat16 matrices, for which tfjs has no type: by the binding's ids. They live as long as the
 * process.
 * @param {import('@tensorflow/tfjs-core').Tensor} a
 * @param {import('@tensorflow/tfjs-core').Tensor} b
 */
function narrowMatMul(a, b) {
  const backend = tensorFlowBackend();
  const { binding } = backend;
  const ids = backend.getInputTensorIds([a, b]).map((id) => {
    const [narrow] = binding.executeOp(
      'Cast',
      [
        { name: 'SrcT', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT },
        { name: 'DstT', type: binding.TF_ATTR_TYPE, value: BFLOAT16 },
        { name: 'Truncate', type: binding.TF_ATTR_BOOL, value: false },
      ],
      [id],
      1,
    );
    return narrow.id;
  });
  const attributes = [
    { name: 'transpose_a', type: binding.TF_ATTR_BOOL, value: false },
    { name: 'transpose_b', type: binding.TF_ATTR_BOOL, value: false },
    { name: 'T', type: binding.TF_ATTR_TYPE, value: BFLOAT16 },
  ];
  return () => {
    const [result] = binding.executeOp('MatMul', attributes, ids, 1);
    binding.deleteTensor(result.id);
  };
}
