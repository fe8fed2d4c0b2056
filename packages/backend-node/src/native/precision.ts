/**
 * In which numbers the native kernels multiply. `bfloat16` rounds what goes into a product to 8 significant bits and
 * sums in float32, at about twice the speed; everything outside the products stays float32.
 */
export type Precision = 'float32' | 'bfloat16';

let current: Precision = 'float32';

/**
 * The number format in which native kernels multiply now.
 * @example
 * console.log(precision()); // float32, unless it was set
 */
export function precision(): Precision {
  return current;
}

/**
 * Sets the number format for everything that this process runs from here on.
 * @example
 * setPrecision('bfloat16');
 */
export function setPrecision(precision: Precision): void {
  current = precision;
}
