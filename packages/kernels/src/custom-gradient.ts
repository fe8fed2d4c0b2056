import { customGrad, dispose, engine, tidy, type GradSaveFunc, type Tensor } from '@tensorflow/tfjs-core';

/** The value of an operation, what its gradient needs of it, and the gradient itself. */
export interface Differentiable<Out extends Tensor> {
  readonly value: Out;
  /**
   * Kept for `gradient`, and handed to it in this order. Everything else that the forward pass made or was given is gone
   * by then: the gradient may use nothing but these.
   */
  readonly save?: readonly Tensor[];
  /** The gradients of all inputs, in their order, from that of the value. What it makes on the way is freed. */
  readonly gradient: (dy: Out, saved: readonly Tensor[]) => readonly Tensor[];
}

/**
 * An operation with a gradient of its own (`tf.customGrad`, with exact types).
 * @example
 * const x = tensor1d([1, 2]);
 * const squared = customGradient([x], () => ({
 *   value: square(x),
 *   save: [x],
 *   gradient: (dy, [x]) => [mul(dy, mul(2, x ?? 0))],
 * }));
 */
export function customGradient<Out extends Tensor>(
  inputs: readonly Tensor[],
  operation: () => Differentiable<Out>,
): Out {
  const op = customGrad((...args) => {
    // tfjs passes the inputs and then the function that saves; its types know only one kind of argument.
    const keepForGradient = args[args.length - 1] as unknown as GradSaveFunc;
    const { value, save = [], gradient } = operation();
    keepForGradient([...save]);
    const gradFunc = (dy: Tensor, saved: Tensor[]): Tensor[] => {
      const given = [dy, ...saved];
      const gradients = tidy(() => {
        const made = gradient(dy as Out, saved);
        return made.map((tensor, i) =>
          given.includes(tensor) || made.indexOf(tensor) < i ? tensor.clone() : tensor,
        );
      });
      // A tape without gradients of gradients is done with these, and would hold them until it closes.
      if (engine().state.gradientDepth === 0) dispose(given);
      return gradients;
    };
    return { value, gradFunc };
  });
  return op(...inputs) as Out;
}
