import '@tensorflow/tfjs-backend-cpu';
import { kernelConformance, type ConformanceCase } from '@ulmfit/kernels/conformance';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { nativeMissing, withNativeReason } from '../native/kernels.test-helper.js';
import { setPrecision } from '../native/precision.js';
import { useBackend } from '../use-backend.js';
import { needsBfloat16, sameForAnyThreads } from './native.test-helper.js';

const titleOf = ({ name, kernels }: { name: string; kernels: readonly string[] }) =>
  `${name}, by ${kernels.join(', ')}`;

describe.skipIf(nativeMissing !== undefined)(
  withNativeReason('native kernels compute as composed ones'),
  () => {
    beforeAll(async () => void (await useBackend({ backend: 'tensorflow', precision: 'float32' })));
    afterAll(() => setPrecision('float32'));

    /** Smaller ones are not shared out. */
    const isShared = (() => {
      const small = new Set(kernelConformance({ draws: 6 }).map(titleOf));
      return (each: ConformanceCase) => !small.has(titleOf(each));
    })();
    const check = async (each: ConformanceCase) => {
      await each.run();
      if (isShared(each)) sameForAnyThreads(() => each.compute());
    };

    describe('in float32, and the large ones the same bytes for any threads', () => {
      const cases = kernelConformance({ draws: 6, large: true });
      it.each(cases.map((each) => [titleOf(each), each] as const))('%s', (_, each) => check(each));
    });

    describe('in bfloat16, and the large ones the same bytes for any threads', () => {
      // The state of an LSTM is rounded at each step.
      const [recurrent = [], others = []] = [0.05, 0.02].map((near) =>
        kernelConformance({ relative: near, absolute: near, draws: 6, large: true }),
      );
      const narrow = ['UlmfitLstm', 'UlmfitTied', 'UlmfitProduct'];
      const isNarrow = ({ kernels }: ConformanceCase) =>
        kernels.some((kernel) => narrow.some((start) => kernel.startsWith(start)));
      const isRecurrent = ({ kernels }: ConformanceCase) => kernels.some((kernel) => kernel.includes('Lstm'));
      const cases = [...recurrent.filter(isRecurrent), ...others.filter((each) => !isRecurrent(each))];
      it.for(cases.filter(isNarrow).map((each) => [titleOf(each), each] as const))(
        '%s',
        async ([, each], context) => {
          needsBfloat16(context);
          setPrecision('bfloat16');
          await check(each);
        },
      );
    });
  },
);

// Without a fast kernel it is the composed operations that are held to those of plain JavaScript.
describe('WebAssembly computes as plain JavaScript does', () => {
  beforeAll(async () => void (await useBackend({ backend: 'wasm' })));

  it.each(kernelConformance({ reference: 'cpu', draws: 2 }).map((each) => [titleOf(each), each] as const))(
    '%s',
    (_, each) => each.run(),
  );
});
