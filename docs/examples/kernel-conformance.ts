import '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import { setBackend, square, sum, unregisterKernel, type Tensor } from '@tensorflow/tfjs-core';
import { registerFastKernel } from '@ulmfit/kernels';
import { kernelConformance } from '@ulmfit/kernels/conformance';

await setBackend('cpu');
registerFastKernel('cpu', 'UlmfitSquareSum', ({ x }, { changes }) =>
  changes ? [] : [sum(square(x as Tensor))],
);
const cases = kernelConformance().filter(({ kernels }) => kernels.includes('UlmfitSquareSum'));
for (const { run } of cases) await run(); // in tests of your own: it(name, run)

assert.ok(cases.length > 5);
unregisterKernel('UlmfitSquareSum', 'cpu');
