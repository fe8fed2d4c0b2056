import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { engineMissing, withReason } from '../engine.test-helper.js';
import { nativeTensorCount } from '../native-tensor-count.js';
import { useBackend } from '../use-backend.js';
import { registerFastKernels } from './register-fast-kernels.js';

type Matrix = readonly (readonly number[])[];

/** The product by its definition. */
function multiply(a: Matrix, b: Matrix, transposeA: boolean, transposeB: boolean): number[] {
  const at = (m: Matrix, i: number, j: number, transposed: boolean): number =>
    (transposed ? m[j]?.[i] : m[i]?.[j]) ?? Number.NaN;
  const rows = transposeA ? (a[0]?.length ?? 0) : a.length;
  const inner = transposeA ? a.length : (a[0]?.length ?? 0);
  const columns = transposeB ? b.length : (b[0]?.length ?? 0);
  return Array.from({ length: rows * columns }, (_, index) => {
    const [i, j] = [Math.floor(index / columns), index % columns];
    let sum = 0;
    for (let k = 0; k < inner; k++) sum += at(a, i, k, transposeA) * at(b, k, j, transposeB);
    return sum;
  });
}

const size = fc.integer({ min: 1, max: 9 });
const products = fc
  .record({ m: size, k: size, n: size, transposeA: fc.boolean(), transposeB: fc.boolean() })
  .chain(({ m, k, n, transposeA, transposeB }) => {
    // Small integers, so that the sums are exact in any order.
    const matrix = (rows: number, columns: number) =>
      fc.array(fc.array(fc.integer({ min: -9, max: 9 }), { minLength: columns, maxLength: columns }), {
        minLength: rows,
        maxLength: rows,
      });
    return fc.record({
      a: transposeA ? matrix(k, m) : matrix(m, k),
      b: transposeB ? matrix(n, k) : matrix(k, n),
      transposeA: fc.constant(transposeA),
      transposeB: fc.constant(transposeB),
    });
  });

describe.skipIf(engineMissing !== undefined)(withReason('MatMul'), () => {
  beforeAll(async () => {
    await useBackend({ backend: 'tensorflow' });
  });

  it('gives the product for matrices, batches of one and larger batches, and leaves nothing behind', () => {
    const before = nativeTensorCount();
    fc.assert(
      fc.property(products, fc.integer({ min: 0, max: 3 }), ({ a, b, transposeA, transposeB }, batch) => {
        const expected = multiply(a, b, transposeA, transposeB);
        tf.tidy(() => {
          const stack = (m: number[][]): tf.Tensor =>
            batch === 0 ? tf.tensor2d(m) : tf.tensor3d(Array.from({ length: batch }, () => m));
          const product = tf.matMul(stack(a), stack(b), transposeA, transposeB);
          expect(product.rank).toBe(batch === 0 ? 2 : 3);
          expect(Array.from(product.dataSync(), (v) => v + 0)).toEqual(
            Array.from({ length: Math.max(batch, 1) }, () => expected.map((v) => v + 0)).flat(),
          );
        });
      }),
      { numRuns: 60, seed: 3 },
    );
    expect(nativeTensorCount()).toBe(before);
  });

  it('has the product’s gradient', () => {
    fc.assert(
      fc.property(products, ({ a, b, transposeA, transposeB }) => {
        tf.tidy(() => {
          const gradients = (x: tf.Tensor, y: tf.Tensor): tf.Tensor[] =>
            tf.grads((p: tf.Tensor, q: tf.Tensor) =>
              tf.sum(tf.square(tf.matMul(p, q, transposeA, transposeB))),
            )([x, y]);
          const flat = gradients(tf.tensor2d(a), tf.tensor2d(b));
          // Two equal matrices a batch go by tfjs-node's own kernel.
          const batched = gradients(tf.tensor3d([a, a]), tf.tensor3d([b, b]));
          flat.forEach((gradient, i) => {
            const own = Array.from(batched[i]?.dataSync() ?? []);
            expect(Array.from(gradient.dataSync(), (v) => v + 0)).toEqual(
              own.slice(0, own.length / 2).map((v) => v + 0),
            );
          });
        });
      }),
      { numRuns: 20, seed: 4 },
    );
  });

  it('leaves other dtypes to tfjs-node', () => {
    tf.tidy(() => {
      const x = tf.tensor2d([[1, 2]], [1, 2], 'int32');
      expect(tf.matMul(x, x, false, true).dataSync()[0]).toBe(5);
    });
  });

  it('is registered once', () => {
    const first = tf.getKernel('BatchMatMul', 'tensorflow');
    expect(registerFastKernels()).toEqual(['BatchMatMul']);
    expect(tf.getKernel('BatchMatMul', 'tensorflow').kernelFunc).toBe(first.kernelFunc);
  });
});
