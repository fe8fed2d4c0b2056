/**
 * In which numbers the native kernels multiply. `bfloat16` rounds what goes into a product to 8 significant bits and
 * sums in float32, at about twice the speed; everything outside the products stays float32.
 */
export type Precision = 'float32' | 'bfloat16';

let current: Precision = 'float32';

/**
 * In which numbers they multiply now.
 * @example
 * console.log(precision()); // float32, unless it was set
 */
export function precision(): Precision {
  return current;
}

/**
 * Sets it for all that runs in this process from here on.
 * @example
 * setPrecision('bfloat16');
 */
export function setPrecision(precision: Precision): void {
  current = precision;
}
