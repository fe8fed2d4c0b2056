export { UlmfitError } from './ulmfit-error.js';
export { randomKey, type RandomCoordinates, type RandomKey } from './random-key.js';
export { philox, randomWords } from './philox.js';
export { permutation } from './permutation.js';
export { normalValues, uniformValues } from './random-values.js';
export { globalNorm } from './global-norm.js';
export { dropout, dropoutMask } from './dropout.js';
