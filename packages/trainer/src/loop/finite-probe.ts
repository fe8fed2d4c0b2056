import { isFinite as isFiniteEach, all, tidy, type Tensor } from '@tensorflow/tfjs-core';
import type { TapHandlers } from '../model/pass.js';

/**
 * Whether every element is a finite number. Waits for the device.
 * @example
 * isFiniteTensor(tensor1d([1, NaN])); // false
 */
export const isFiniteTensor = (x: Tensor): boolean =>
  x.dtype !== 'float32' || tidy(() => all(isFiniteEach(x)).dataSync()[0] === 1);

/** Looks for the first tapped tensor that is not finite, in passes that are run for it. */
export class FiniteProbe {
  #first: string | undefined;

  /** In words, such as `the tensor at the tap hidden [35, 8, 64] (layer 1)`. */
  get first(): string | undefined {
    return this.#first;
  }

  /** Rewrites as those do, and looks before and after. Nobody observes: a pass that only looks is none to tell of. */
  handlers(inner: TapHandlers): TapHandlers {
    return {
      rewrite: (name, x, pass, context) => {
        this.#look(name, x, context, '');
        const rewritten = inner.rewrite(name, x, pass, context);
        if (rewritten !== x) this.#look(name, rewritten, context, ' as plugins left it');
        return rewritten;
      },
      observe: () => undefined,
    };
  }

  #look(name: string, x: Tensor, context: unknown, how: string): void {
    if (this.#first !== undefined || isFiniteTensor(x)) return;
    const where = Object.entries(context ?? {}).flatMap(([key, value]) =>
      typeof value === 'number' ? [`${key} ${value}`] : [],
    );
    const detail = where.length > 0 ? ` (${where.join(', ')})` : '';
    this.#first = `the tensor at the tap ${name} [${x.shape.join(', ')}]${detail}${how}`;
  }
}
