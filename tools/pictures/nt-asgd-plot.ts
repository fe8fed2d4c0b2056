import '@tensorflow/tfjs-backend-cpu';
import { tensor1d, tidy } from '@tensorflow/tfjs-core';
import { normalValues, randomKey } from '@ulmfit/kernels';
import { isNonMonotonic, ntAsgd } from '@ulmfit/optimizers';
import { parameter, parameterGroup, parameterGroups } from '@ulmfit/trainer';
import { linePlot } from './line-plot.js';

const [STEPS, EACH, PATIENCE, NOISE] = [240, 10, 5, 1.2];

/** The real optimizer on a square with noisy gradients: its weight, and the mean that it takes once validation gets no better. */
export function ntAsgdPlot(): string {
  const { optimizer } = ntAsgd({ patience: PATIENCE, lr: 0.25 });
  const weight = parameter('weight', 'weight', tensor1d([4]));
  const groups = parameterGroups([parameterGroup('all', [weight])]);
  for (const group of groups) Object.assign(group.hyper, group.base, optimizer.defaults);
  const sgd = optimizer.create(groups);
  const noise = normalValues(STEPS, randomKey({ seed: 2, stream: 'noise' }));
  const own: [number, number][] = [];
  const averaged: [number, number][] = [];
  const losses: number[] = [];
  const valueOf = (x: { dataSync(): ArrayLike<number> }): number => x.dataSync()[0] ?? NaN;
  for (let step = 0; step < STEPS; step++) {
    const before = valueOf(weight.variable);
    // The gradient of half of the square, with noise.
    tidy(() => {
      sgd.step({ weight: tensor1d([before + NOISE * (noise[step] ?? 0)]) });
    });
    const now = valueOf(weight.variable);
    own.push([step + 1, now]);
    const mean = sgd.evaluationWeights()?.['weight'];
    if (mean) averaged.push([step + 1, valueOf(mean)]);
    if (step % EACH !== EACH - 1 || sgd.averaging) continue;
    const loss = now ** 2 / 2;
    if (isNonMonotonic(losses, loss, PATIENCE)) sgd.startAveraging();
    losses.push(loss);
  }
  sgd.dispose();
  weight.variable.dispose();
  return linePlot('nt-asgd', {
    title:
      'A weight that noise keeps moving around its optimum, and from the trigger on the mean of its values, which comes to rest there',
    lines: [
      { name: 'the last weight', color: 'orange', points: own },
      { name: 'the mean since the trigger', color: 'green', points: averaged },
    ],
    x: { name: 'step', min: 0, max: STEPS, interval: 40 },
    y: { name: 'distance from the optimum', min: -2, max: 4, interval: 2 },
  });
}
