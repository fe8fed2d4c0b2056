import { activationPicture } from './activation-picture.js';
import { concatPoolingPicture } from './concat-pooling.js';
import { directionsPicture } from './directions-picture.js';
import { embeddingDropoutWords, variationalDropoutMasks, weightDropMasks } from './dropout-masks.js';
import { hookPicture } from './hook-picture.js';
import { labelCurvePlot } from './label-curve.js';
import { ntAsgdPlot } from './nt-asgd-plot.js';
import { packageMap } from './package-map.js';
import { pipelinePicture } from './pipeline-picture.js';
import { discriminativeRatesPlot } from './rate-bars.js';
import { annealingPlot, oneCyclePlot, restartsPlot, slantedTriangularPlot } from './schedule-plots.js';
import { sampledSoftmaxPicture } from './sampled-softmax-picture.js';
import { selfTrainingPicture } from './self-training-picture.js';
import { speedBars } from './speed-bars.js';
import { tyingPicture } from './tying-picture.js';
import { unfreezingGrid } from './unfreezing-grid.js';
import { windowsPicture } from './windows-picture.js';

/** Every picture by its name, which is that of its file in `docs/pictures`. */
export const pictures: Readonly<Record<string, () => string>> = {
  'activation-regularization': activationPicture,
  annealing: annealingPlot,
  'both-directions': directionsPicture,
  'concat-pooling': concatPoolingPicture,
  'discriminative-rates': discriminativeRatesPlot,
  'embedding-dropout': embeddingDropoutWords,
  'gradual-unfreezing': unfreezingGrid,
  hooks: hookPicture,
  'label-curve': labelCurvePlot,
  'nt-asgd': ntAsgdPlot,
  'one-cycle': oneCyclePlot,
  'package-map': packageMap,
  pipeline: pipelinePicture,
  'sampled-softmax': sampledSoftmaxPicture,
  'self-training': selfTrainingPicture,
  'slanted-triangular': slantedTriangularPlot,
  speed: speedBars,
  'variational-dropout': variationalDropoutMasks,
  'warm-restarts': restartsPlot,
  'weight-drop': weightDropMasks,
  'weight-tying': tyingPicture,
  windows: windowsPicture,
};
