import {
  cosine,
  cosineWarmRestarts,
  exponential,
  flatCosine,
  linear,
  oneCycle,
  oneCycleMomentum,
  polynomial,
  simulate,
  slantedTriangular,
  warmup,
  type Schedule,
} from '@ulmfit/schedulers';
import { linePlot, type Line } from './line-plot.js';
import type { Color } from './palette.js';

const STEPS = 200;

/** The values of a schedule over a fit, by the share of its steps that are done. */
function values(schedule: Schedule): [number, number][] {
  return simulate(schedule, STEPS).map((value, step) => [step / STEPS, value]);
}

const line = (name: string, color: Color, schedule: Schedule): Line => ({
  name,
  color,
  points: values(schedule),
});

const share = { name: 'share of the fit', min: 0, max: 1, interval: 0.25, format: percent };
const factor = { name: 'rate / peak', min: 0, max: 1, interval: 0.25 };

export const slantedTriangularPlot = (): string =>
  linePlot('slanted-triangular', {
    title: 'Slanted triangular rates: a short straight rise to the peak, then a long straight fall',
    lines: [
      line('cutFraction 0.1', 'green', slantedTriangular()),
      line('cutFraction 0.3', 'orange', slantedTriangular({ cutFraction: 0.3 })),
    ],
    x: share,
    y: factor,
  });

export const oneCyclePlot = (): string =>
  linePlot('one-cycle', {
    title: 'One cycle: the rate rises and falls along cosines, while the momentum falls and rises',
    lines: [
      line('rate / peak', 'green', oneCycle()),
      { ...line('momentum', 'orange', oneCycleMomentum()), dashed: true },
    ],
    x: share,
    y: { min: 0, max: 1, interval: 0.25, name: '' },
  });

/** Every other schedule that there is, in two plots. */
export const annealingPlot = (): string =>
  linePlot('annealing', {
    title: 'From the peak down: along a line, half a cosine wave, by equal factors, as a power, and late',
    lines: [
      line('linear', 'blue', linear(1, 0)),
      line('cosine', 'green', cosine(1, 0)),
      line('exponential', 'orange', exponential(1, 1e-2)),
      line('polynomial', 'violet', polynomial(1, 0, 3)),
      line('flatCosine', 'red', flatCosine()),
    ],
    x: share,
    y: factor,
  });

export const restartsPlot = (): string =>
  linePlot('warm-restarts', {
    title:
      'Cosines that start again, each cycle twice as long as the one before; and a warm-up that stays at the peak',
    lines: [
      line('cosineWarmRestarts', 'green', cosineWarmRestarts({ cycles: 3 })),
      { ...line('warmup', 'orange', warmup({ share: 0.2 })), dashed: true },
    ],
    x: share,
    y: factor,
  });

function percent(value: number): string {
  return `${String(Math.round(100 * value))} %`;
}
