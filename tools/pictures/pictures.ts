import { annealingPlot, oneCyclePlot, restartsPlot, slantedTriangularPlot } from './schedule-plots.js';

/** Every picture by its name, which is that of its file in `docs/pictures`. */
export const pictures: Readonly<Record<string, () => string>> = {
  'slanted-triangular': slantedTriangularPlot,
  'one-cycle': oneCyclePlot,
  annealing: annealingPlot,
  'warm-restarts': restartsPlot,
};
