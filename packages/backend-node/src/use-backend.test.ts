import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import * as tf from '@tensorflow/tfjs-core';
import { lstmLayer } from '@ulmfit/kernels';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { engineMissing, withReason } from './engine.test-helper.js';
import { temporaryFolder } from './install/fake-wheel.test-helper.js';
import { nativeMissing } from './native/kernels.test-helper.js';
import { nativeModule } from './native/native-kernels.js';
import { nativeTensorCount } from './native-tensor-count.js';
import { tensorFlowBackend } from './tensorflow-backend.js';
import { useBackend } from './use-backend.js';

/** The last line that a program prints in a process of its own, run from our sources. */
function runProgram(program: string, env: NodeJS.ProcessEnv = {}): string {
  const loader = new URL('./install/typescript-loader.test-helper.mjs', import.meta.url).href;
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['-C', '@ulmfit/source', '--import', loader, '--input-type=module', '-e', program],
    { encoding: 'utf8', cwd: import.meta.dirname, env: { ...process.env, ...env } },
  );
  const line = stdout.trim().split('\n').at(-1);
  expect(line, stderr).toBeTruthy();
  return line ?? '';
}

describe('useBackend', () => {
  it('refuses a number of threads that is none', async () => {
    for (const threads of [0, -1, 1.5, Number.NaN, 1025, 99_999_999_999]) {
      await expect(useBackend({ threads })).rejects.toMatchObject({ code: 'BAD_THREADS' });
    }
  });

  it('refuses one from the environment that would end the process', async () => {
    vi.stubEnv('TF_NUM_INTRAOP_THREADS', '20000');
    try {
      await expect(useBackend()).rejects.toMatchObject({
        code: 'BAD_THREADS',
        message: 'TF_NUM_INTRAOP_THREADS is 20000; it must be an integer from 1 to 1024',
      });
    } finally {
      vi.unstubAllEnvs();
    }
  });

  it('runs on WebAssembly from the installed files', async () => {
    const info = await useBackend({ backend: 'wasm' });
    expect(info).toMatchObject({ backend: 'wasm', threads: 1, fastKernels: [], warnings: [] });
    expect(tf.getBackend()).toBe('wasm');
    expect(tf.tidy(() => Array.from(tf.add(tf.tensor1d([1, 2]), 1).dataSync()))).toEqual([2, 3]);
  });

  it('runs on plain JavaScript', async () => {
    expect(await useBackend({ backend: 'cpu' })).toMatchObject({ backend: 'cpu', warnings: [] });
    expect(tf.getBackend()).toBe('cpu');
  });

  // In a process of its own: the tests' set-up loads gradients for everybody.
  it.each(['wasm', 'cpu'] as const)('has gradients on %s without tfjs-node', (backend) => {
    const program = `
      import * as tf from '@tensorflow/tfjs-core';
      const { useBackend } = await import(${JSON.stringify(new URL('./use-backend.ts', import.meta.url).href)});
      await useBackend({ backend: '${backend}' });
      const gradient = tf.grad((x) => tf.addN([tf.sum(tf.mul(x, x)), tf.sum(x)]))(tf.tensor1d([3]));
      console.log(tf.getBackend(), gradient.dataSync()[0]);`;
    expect(runProgram(program)).toBe(`${backend} 7`);
  });
});

describe.skipIf(engineMissing !== undefined)(withReason('useBackend on TensorFlow'), () => {
  beforeAll(async () => {
    await useBackend();
  });

  it('takes it by itself, with all cores and the fast kernels', async () => {
    const info = await useBackend();
    expect(info).toMatchObject({
      backend: 'tensorflow',
      precision: nativeModule()?.fasterInBfloat16 === true ? 'bfloat16' : 'float32',
    });
    expect(await useBackend({ precision: 'float32' })).toMatchObject({ precision: 'float32' });
    expect(info.fastKernels).toContain('BatchMatMul');
    if (nativeMissing === undefined) {
      expect(info.fastKernels).toContain('UlmfitLstmRecurrence');
      expect(info.warnings).toEqual([]);
    }
    expect(info.threads).toBe(Number(process.env.TF_NUM_INTRAOP_THREADS) || availableParallelism());
    expect(info.version).toMatch(/^2\.\d+/);
  });

  it('says that the number of threads stays', async () => {
    const { threads, warnings } = await useBackend({ threads: availableParallelism() + 1 });
    expect(threads).toBe(availableParallelism());
    expect(warnings.join()).toContain('keeps them');
  });

  it('comes back to it from another backend', async () => {
    await useBackend({ backend: 'cpu' });
    expect((await useBackend({ backend: 'tensorflow' })).backend).toBe('tensorflow');
    expect(tf.getBackend()).toBe('tensorflow');
  });

  // tfjs-node requires CommonJS builds while we import by name: both must reach one engine and one registry.
  it('shares its tfjs-core with the code that imports it by name', () => {
    const required = createRequire(import.meta.url)('@tensorflow/tfjs-node') as typeof tf;
    expect(required.Tensor).toBe(tf.Tensor);
    expect(required.engine()).toBe(tf.engine());
    tf.tidy(() => {
      const x = tf.tensor2d([[1, 2]]);
      const y = tf.matMul(x, x, false, true);
      expect(y).toBeInstanceOf(tf.Tensor);
      expect(y).toBeInstanceOf(required.Tensor);
      expect(y.dataSync()[0]).toBe(5);
      expect(required.square(y).dataSync()[0]).toBe(25);
      expect(tf.engine().backendName).toBe('tensorflow');
    });
  });

  it('differentiates through its kernels', () => {
    tf.tidy(() => {
      const { value, grads } = tf.valueAndGrads((...[a, b]: tf.Tensor[]) =>
        tf.sum(tf.square(tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D))),
      )([tf.tensor2d([[1, 2]]), tf.tensor2d([[3], [4]])]);
      expect(value.dataSync()[0]).toBe(121);
      expect(Array.from(grads[0]?.dataSync() ?? [])).toEqual([66, 88]);
      expect(Array.from(grads[1]?.dataSync() ?? [])).toEqual([22, 44]);
      const rows = tf.grad((table: tf.Tensor) => tf.sum(tf.gather(table, tf.tensor1d([1, 1], 'int32'))))(
        tf.ones([3, 2]),
      );
      expect(Array.from(rows.dataSync())).toEqual([0, 0, 2, 2, 0, 0]);
    });
  });

  // Stands in for a card: the same backend that says it has one.
  it('composes all operations on a graphics card, and goes back to the kernels on the processor', async () => {
    const backend = tensorFlowBackend() as { isUsingGpuDevice: boolean };
    const layer = () =>
      tf.tidy(() => {
        const numbers = (length: number) => tf.sin(tf.range(0, length));
        const matrix = (rows: number, columns: number) =>
          tf.reshape<tf.Rank.R2>(numbers(rows * columns), [rows, columns]);
        const weights = { weightIh: matrix(16, 3), weightHh: matrix(16, 4) };
        const biases = { biasIh: tf.zeros<tf.Rank.R1>([16]), biasHh: tf.ones<tf.Rank.R1>([16]) };
        const { output } = lstmLayer(
          tf.reshape<tf.Rank.R3>(numbers(30), [5, 2, 3]),
          { h: matrix(2, 4), c: matrix(2, 4) },
          { ...weights, ...biases },
        );
        return Array.from(output.dataSync());
      });
    await useBackend({ precision: 'float32' });
    const before = layer();
    backend.isUsingGpuDevice = true;
    try {
      const { gpu, fastKernels, precision } = await useBackend({ precision: 'auto' });
      expect({ gpu, fastKernels, precision }).toEqual({ gpu: true, fastKernels: [], precision: 'float32' });
      expect(
        tf.getKernelsForBackend('tensorflow').filter(({ kernelName }) => /^Ulmfit/.test(kernelName)),
      ).toEqual([]);
      layer().forEach((x, i) => expect(x).toBeCloseTo(before[i] ?? NaN, 5));
    } finally {
      backend.isUsingGpuDevice = false;
    }
    expect(await useBackend({ precision: 'float32' })).toMatchObject({ gpu: false });
    if (nativeMissing === undefined) expect(layer()).toEqual(before);
  });

  it('does without the native kernels when ULMFIT_NATIVE is 0', async () => {
    vi.stubEnv('ULMFIT_NATIVE', '0');
    try {
      const { fastKernels, precision, warnings } = await useBackend({ precision: 'bfloat16' });
      expect(fastKernels).toEqual(['BatchMatMul']);
      expect(precision).toBe('float32');
      expect(warnings.join()).toContain('bfloat16 needs the native kernels');
      expect((tf.getKernel('UlmfitDropout', 'tensorflow') as unknown) === undefined).toBe(true);
    } finally {
      vi.unstubAllEnvs();
    }
  });

  it('says what is missing when the kernels are not compiled', async () => {
    if (nativeMissing !== undefined) return;
    const program = `
      const { useBackend } = await import(${JSON.stringify(new URL('./use-backend.ts', import.meta.url).href)});
      console.log(JSON.stringify(await useBackend()));`;
    const { fastKernels, warnings } = JSON.parse(
      runProgram(program, { ULMFIT_CACHE: await temporaryFolder() }),
    ) as { fastKernels: string[]; warnings: string[] };
    expect(fastKernels).toEqual(['BatchMatMul']);
    expect(warnings.join()).toMatch(/not compiled for this machine.*engine install/);
  });

  it('counts the tensors that TensorFlow holds', () => {
    const before = nativeTensorCount();
    expect(before).toBeTypeOf('number');
    const sum = tf.tidy(() => tf.add(tf.tensor1d([1, 2]), tf.tensor1d([3, 4])));
    expect(nativeTensorCount()).toBe((before ?? 0) + 1);
    sum.dispose();
    expect(nativeTensorCount()).toBe(before);
  });

  it('runs ops that tfjs has no name for', () => {
    const backend = tensorFlowBackend();
    const { TF_ATTR_TYPE, TF_FLOAT } = backend.binding;
    tf.tidy(() => {
      const attributes = [{ name: 'T', type: TF_ATTR_TYPE, value: TF_FLOAT }];
      const y = backend.executeSingleOutput('Lgamma', attributes, [tf.tensor1d([5])]);
      expect(y.dataSync()[0]).toBeCloseTo(Math.log(24), 5);
    });
  });

  it('works outside the test runner too, and without the functions that Node 23 removed', () => {
    const program = `
      import util from 'node:util';
      import * as tf from '@tensorflow/tfjs-core';
      delete util.isNullOrUndefined;
      const { useBackend } = await import(${JSON.stringify(new URL('./use-backend.ts', import.meta.url).href)});
      const { backend, threads } = await useBackend({ threads: 1 });
      const gradient = tf.grad((x) => tf.sum(tf.matMul(x, x)))(tf.tensor2d([[2]]));
      const top = tf.topk(tf.tensor1d([1, 3, 2]), 1).values;
      console.log(JSON.stringify([backend, threads, gradient.dataSync()[0], top.dataSync()[0], gradient instanceof tf.Tensor]));`;
    expect(runProgram(program)).toBe('["tensorflow",1,4,3,true]');
  });
});
