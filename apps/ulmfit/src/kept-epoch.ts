import type { KeptEpoch } from '@ulmfit/pipeline';
import { percent } from './percent.js';

/** Which epoch of the classifier was kept, with its figures. */
export const keptEpochText = ({ fit, epoch, loss, accuracy, macroF1 }: KeptEpoch): string =>
  `epoch ${epoch + 1} of ${fit} kept: on the validation texts ` +
  `loss ${loss.toPrecision(4)}, accuracy ${percent(accuracy)}, macro-F1 ${macroF1.toFixed(3)}`;
