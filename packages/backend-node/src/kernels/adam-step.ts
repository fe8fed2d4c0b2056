import { executeWithValues, nativeKernel } from '../native/execute.js';

/** The step of a whole group in one call. */
export const adamStep = nativeKernel('UlmfitAdamStep', (backend, input, attributes) => {
  const { learningRate, beta1, beta2, epsilon, steps, weightDecays } = attributes;
  // m / (sqrt(v / d) + e) = sqrt(d) m / (sqrt(v) + sqrt(d) e), as in the composed step.
  const settings = steps.map((step, i) => {
    const unbias = Math.sqrt(1 - beta2 ** step);
    const rate = (learningRate * unbias) / (1 - beta1 ** step);
    const decay = 1 - learningRate * (weightDecays[i] ?? 0);
    return [beta1, 1 - beta1, beta2, 1 - beta2, rate, epsilon * unbias, decay];
  });
  const { TF_ATTR_INT } = backend.binding;
  return executeWithValues(
    backend,
    'UlmfitAdamStep',
    [
      { name: 'N', type: TF_ATTR_INT, value: 4 * steps.length },
      { name: 'M', type: TF_ATTR_INT, value: 3 * steps.length },
    ],
    steps.flatMap((_, i) =>
      (['parameter', 'gradient', 'mean', 'squares'] as const).map((name) => input(`${name}${i}`)),
    ),
    { data: Float32Array.from(settings.flat()), shape: [steps.length, 7] },
    3 * steps.length,
  );
});
