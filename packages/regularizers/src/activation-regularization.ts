import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { requireNotNegative } from '@ulmfit/errors';
import { meanSquare, meanSquareOfChanges } from '@ulmfit/kernels';
import { requireTimeMajor, type ForwardPass, type TrainingPlugin } from '@ulmfit/trainer';
import type { DroppedTap, RawTap } from './taps.js';

/**
 * AR, `alpha * mean(x^2)` over the last layer's output after dropout (Merity et al. 2017, section 4.6): keeps
 * activations small. A loss term `ar` of training, outside the reported loss.
 * @throws UlmfitError `BAD_OPTION`
 * @example
 * const plugins = [activationRegularization(2), temporalActivationRegularization(1)];
 * const trainer = createTrainer({ model, optimizer: adam(), plugins });
 */
export function activationRegularization(alpha = 2): TrainingPlugin<unknown, unknown, DroppedTap> {
  requireNotNegative('activationRegularization: alpha', alpha);
  const { observe, take } = termOfPass((x) => meanSquare(x, alpha));
  return {
    name: 'activationRegularization',
    settings: { alpha },
    taps: ['dropped'],
    observe: { dropped: observe },
    loss: ({ pass }) => named('ar', take(pass)),
  };
}

/**
 * TAR, `beta * mean((x[t + 1] - x[t])^2)` over the last layer's output before dropout (Merity et al. 2017, section
 * 4.6): keeps it from jumping. 0 for a single time step. A loss term `tar` of training, outside the reported loss.
 * @throws UlmfitError `BAD_OPTION`; in training `BAD_LAYOUT` where the tap is not time-major
 * @example
 * const trainer = createTrainer({ model, optimizer: adam(), plugins: [temporalActivationRegularization(1)] });
 */
export function temporalActivationRegularization(beta = 1): TrainingPlugin<unknown, unknown, RawTap> {
  requireNotNegative('temporalActivationRegularization: beta', beta);
  const { observe, take } = termOfPass((x) => meanSquareOfChanges(x, beta));
  return {
    name: 'temporalActivationRegularization',
    settings: { beta },
    taps: ['raw'],
    observe: {
      raw: (x, pass, context) => {
        requireTimeMajor('temporalActivationRegularization', 'raw', x, context);
        observe(x, pass);
      },
    },
    loss: ({ pass }) => named('tar', take(pass)),
  };
}

/** A term made where a tensor passes and handed out where the loss is made; a pass that failed leaves nothing. */
function termOfPass(term: (x: Tensor) => Scalar) {
  const terms = new WeakMap<ForwardPass, Scalar>();
  return {
    observe: (x: Tensor, pass: ForwardPass) => void terms.set(pass, term(x)),
    take: (pass: ForwardPass) => terms.get(pass),
  };
}

function named(name: string, term: Scalar | undefined): Record<string, Scalar> | undefined {
  return term && { [name]: term };
}
