import {
  abs,
  add,
  cast,
  concat,
  engine,
  gather,
  grads,
  max,
  memory,
  mul,
  ones,
  range,
  reshape,
  setBackend,
  sin,
  slice,
  split,
  sub,
  sum,
  tensor,
  tensor1d,
  tensor2d,
  tidy,
  unstack,
  type Rank,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { readBackend } from '../../../../tools/browser/backends.js';
import { kernelConformance } from '../conformance/index.js';
import { lstmLayer, randomKey, uniformValues } from '../index.js';
import { useWasmKernels } from './index.js';

beforeAll(async () => {
  await readBackend();
  expect(useWasmKernels()).toBe(true);
});

describe('the kernels for WebAssembly compute as composed operations do in plain JavaScript', () => {
  const cases = kernelConformance({ reference: 'cpu', draws: 2 }).filter(({ kernels }) =>
    kernels.includes('UlmfitLstmLayer'),
  );
  it.each(cases.map((each) => [each.name, each] as const))('%s', (_, { run }) => run());
});

describe('a layer', () => {
  const draw = (name: string, ...shape: number[]): Tensor => {
    const size = shape.reduce((a, b) => a * b);
    return tensor(uniformValues(size, -0.3, 0.3, randomKey({ seed: 1, stream: name })), shape);
  };
  const [input, hidden] = [9, 21];
  const weights = () => ({
    weightIh: draw('ih', 4 * hidden, input) as Tensor2D,
    weightHh: draw('hh', 4 * hidden, hidden) as Tensor2D,
    biasIh: draw('bi', 4 * hidden) as Tensor1D,
    biasHh: draw('bh', 4 * hidden) as Tensor1D,
  });
  const state = (batch: number) => ({
    h: draw('h', batch, hidden) as Tensor2D,
    c: draw('c', batch, hidden) as Tensor2D,
  });
  const needs = { input: false, weights: false };
  /** In 300 steps of 70 rows, more than are projected at once. */
  const read = (x: Tensor3D, batch: number) => lstmLayer(x, state(batch), weights(), needs);

  /** A million numbers one by one; `toEqual` would take seconds. */
  const expectSame = (actual: Tensor, expected: Tensor) => {
    const [a, b] = [actual.dataSync(), expected.dataSync()];
    expect(a).toHaveLength(b.length);
    expect(a.findIndex((value, i) => !Object.is(value, b[i]))).toBe(-1);
  };

  it('gives a row the same bytes in any batch, and for any stretches of time', () => {
    tidy(() => {
      const x = draw('x', 300, 70, input) as Tensor3D;
      const all = read(x, 70);
      const alone = lstmLayer(
        slice(x, [0, 3, 0], [-1, 1, -1]),
        { h: slice(state(70).h, [3, 0], [1, -1]), c: slice(state(70).c, [3, 0], [1, -1]) },
        weights(),
        needs,
      );
      expectSame(alone.output, slice(all.output, [0, 3, 0], [-1, 1, -1]));
      const first = read(slice(x, [0, 0, 0], [11, -1, -1]), 70);
      const rest = lstmLayer(slice(x, [11, 0, 0], [-1, -1, -1]), first.state, weights(), needs);
      expectSame(rest.output, slice(all.output, [11, 0, 0], [-1, -1, -1]));
      expectSame(rest.state.c, all.state.c);
    });
  });

  // In 100 steps of 70 rows, more than are taken at once.
  it('gives a row the same gradient in any batch, and for any stretches of time', () => {
    tidy(() => {
      const x = draw('x', 100, 70, input) as Tensor3D;
      const dy = reshape<Rank.R3>(sin(range(0, 100 * 70 * hidden)), [100, 70, hidden]);
      const { weightIh, weightHh, biasIh, biasHh } = weights();
      /** Of some rows: of the input, and of the weights. */
      const gradients = (first: number, count: number): Tensor[] => {
        const rows = (of: Tensor3D) => slice(of, [0, first, 0], [-1, count, -1]);
        const { h, c } = state(70);
        const from = { h: slice(h, [first, 0], [count, -1]), c: slice(c, [first, 0], [count, -1]) };
        const layer = (x: Tensor, weightIh: Tensor, weightHh: Tensor, biasIh: Tensor) =>
          lstmLayer(x as Tensor3D, from, {
            weightIh: weightIh as Tensor2D,
            weightHh: weightHh as Tensor2D,
            biasIh: biasIh as Tensor1D,
            biasHh,
          });
        return grads((...given) =>
          sum(mul(layer(...(given as [Tensor, Tensor, Tensor, Tensor])).output, rows(dy))),
        )([rows(x), weightIh, weightHh, biasIh]);
      };
      const all = gradients(0, 70);
      const parts = [gradients(0, 33), gradients(33, 37)];
      expect(
        concat(
          parts.map(([ofX]) => ofX as Tensor),
          1,
        ).dataSync(),
      ).toEqual(all[0]?.dataSync());
      for (const i of [1, 2, 3]) {
        const [whole, first, second] = [all, ...parts].map((each) => each[i] as Tensor) as [
          Tensor,
          Tensor,
          Tensor,
        ];
        const off = max(abs(sub(whole, add(first, second)))).dataSync()[0];
        expect(off).toBeLessThan(1e-5 * (max(abs(whole)).dataSync()[0] ?? NaN));
      }
    });
  });

  it('keeps no tensor, and takes new weights instead of old ones', () => {
    const before = memory();
    const given = tidy(() => {
      const x = draw('x', 2, 1, input) as Tensor3D;
      const { biasHh, ...same } = weights();
      const once = lstmLayer(x, state(1), { ...same, biasHh }, needs);
      const other = lstmLayer(x, state(1), { ...same, biasHh: ones([4 * hidden]) }, needs);
      return [once, other].map(({ output }) => [...output.dataSync()]);
    });
    expect(given[1]).not.toEqual(given[0]);
    expect(memory().numTensors).toBe(before.numTensors);
  });
});

describe('rows of a table', () => {
  const table = () => reshape<Rank.R3>(range(0, 60), [5, 3, 4]);
  const lookUp = () =>
    tidy(() =>
      [
        gather(table(), tensor2d([[4, 0, 4]], undefined, 'int32')),
        gather(table(), tensor1d([], 'int32')),
        gather(cast(table(), 'int32'), tensor1d([1], 'int32')),
        gather(table(), tensor1d([2, 1], 'int32'), 1),
      ].map((rows) => [rows.shape, rows.dtype, [...rows.dataSync()]]),
    );

  it('are those of plain JavaScript', async () => {
    const made = lookUp();
    onTestFinished(async () => void (await setBackend('wasm')));
    await setBackend('cpu');
    expect(made).toEqual(lookUp());
  });

  it('are refused where the table has none', () => {
    for (const row of [-1, 5])
      expect(() => tidy(() => gather(table(), tensor1d([row], 'int32')))).toThrow(`${row} is not in [0, 4]`);
  });
});

it('shares the numbers of a clone, which outlive the tensor that was cloned', () => {
  const before = memory();
  const x = tensor1d([1, 2]);
  const clone = x.clone();
  expect(clone.dataId).toBe(x.dataId);
  x.dispose();
  expect([...clone.dataSync()]).toEqual([1, 2]);
  clone.dispose();
  expect(memory()).toMatchObject({ numTensors: before.numTensors, numDataBuffers: before.numDataBuffers });
});

describe('parts of a tensor', () => {
  const cut = () =>
    tidy(() => {
      const x = reshape(range(0, 120), [2, 3, 4, 5]);
      const whole = reshape(range(0, 24, 1, 'int32'), [2, 3, 4]);
      return [
        slice(x, [1, 0, 1, 2], [1, 2, 2, 3]),
        slice(x, [0, 1, 0, 0], [2, 2, 4, 5]),
        slice(x, [1], [-1]),
        slice(x, [0, 0, 0, 0], [0, 3, 4, 5]),
        slice(cast(x, 'bool'), [0, 0, 0, 0], [1, 1, 1, 2]),
        ...[...unstack(whole, 1), ...unstack(whole, -1)],
        ...[...split(x, [1, 2], 1), ...split(x, 2, -2), ...split(x, 3, 1)],
      ].map((part) => [part.shape, part.dtype, [...part.dataSync()]]);
    });

  it('are those of plain JavaScript', async () => {
    const made = cut();
    onTestFinished(async () => void (await setBackend('wasm')));
    await setBackend('cpu');
    expect(made).toEqual(cut());
  });

  // By TensorFlow.js's own kernels, of n steps each is a copy of all.
  it('are taken without a copy of the whole', () => {
    tidy(() => {
      const steps = ones([100, 2, 3]);
      const read = vi.spyOn(engine().backend, 'readSync');
      onTestFinished(() => read.mockRestore());
      expect(unstack(steps)).toHaveLength(100);
      expect(split(steps, 4)).toHaveLength(4);
      expect(slice(steps, [3, 0, 1], [4, 1, 2]).shape).toEqual([4, 1, 2]);
      expect(read).not.toHaveBeenCalled();
    });
  });
});
