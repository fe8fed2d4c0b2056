import { mul, pad, scalar, slice, square, sub, sum, type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import { customGradient, UlmfitError } from '@ulmfit/kernels';
import type { ForwardPass, TrainingPlugin } from '@ulmfit/trainer';
import type { DroppedTap, RawTap } from './taps.js';

/**
 * AR, `alpha * mean(x^2)` over the last layer's output after dropout (Merity et al. 2017, section 4.4): keeps
 * activations small. A loss term `ar` of training, outside the reported loss.
 * @throws UlmfitError `BAD_OPTION`
 */
export function activationRegularization(alpha = 2): TrainingPlugin<unknown, unknown, DroppedTap> {
  requireFactor('activationRegularization: alpha', alpha);
  const { observe, take } = termOfPass((x) => meanSquare(x, alpha));
  return {
    name: 'activationRegularization',
    taps: ['dropped'],
    observe: { dropped: observe },
    loss: ({ pass }) => named('ar', take(pass)),
  };
}

/**
 * TAR, `beta * mean((x[t + 1] - x[t])^2)` over the last layer's output before dropout (Merity et al. 2017, section
 * 4.4): keeps it from jumping. 0 for a single time step. A loss term `tar` of training, outside the reported loss.
 * @throws UlmfitError `BAD_OPTION`
 */
export function temporalActivationRegularization(beta = 1): TrainingPlugin<unknown, unknown, RawTap> {
  requireFactor('temporalActivationRegularization: beta', beta);
  const { observe, take } = termOfPass((x) => {
    const [time = 0] = x.shape;
    if (time < 2) return scalar(0);
    return meanSquareOfSteps(x, time, beta);
  });
  return {
    name: 'temporalActivationRegularization',
    taps: ['raw'],
    observe: { raw: observe },
    loss: ({ pass }) => named('tar', take(pass)),
  };
}

/** `factor * mean(x^2)`, with a gradient of its own: tfjs would fill an array of ones of that size in JavaScript. */
function meanSquare(x: Tensor, factor: number): Scalar {
  const share = factor / x.size;
  return customGradient<Scalar>([x], () => ({
    value: mul(sum(square(x)), share) as Scalar,
    save: [x],
    gradient: (dy, [x]) => [mul(x as Tensor, mul(dy, 2 * share))],
  }));
}

/** `factor * mean((x[t + 1] - x[t])^2)`. */
function meanSquareOfSteps(x: Tensor, time: number, factor: number): Scalar {
  const [, ...rest] = x.shape;
  const widths = (before: number, after: number): [number, number][] => [
    [before, after],
    ...rest.map((): [number, number] => [0, 0]),
  ];
  const share = (factor * time) / (x.size * (time - 1));
  return customGradient<Scalar>([x], () => {
    const later = slice(x, [1, ...rest.map(() => 0)]);
    const change = sub(later, slice(x, 0, [time - 1, ...rest]));
    return {
      value: mul(sum(square(change)), share) as Scalar,
      save: [change],
      gradient: (dy, [change]) => {
        const d = mul(change as Tensor, mul(dy, 2 * share));
        return [sub(pad(d, widths(1, 0)), pad(d, widths(0, 1)))];
      },
    };
  });
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

function requireFactor(name: string, value: number): void {
  if (!(value >= 0 && value < Infinity)) {
    throw new UlmfitError('BAD_OPTION', `${name}: ${value} is not in [0, Infinity)`);
  }
}
