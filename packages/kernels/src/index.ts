export { randomKey, requireSeed, type RandomCoordinates, type RandomKey } from './random-key.js';
export { philox, randomWords } from './philox.js';
export { permutation } from './permutation.js';
export { normalValues, uniformValues } from './random-values.js';
export { globalNorm } from './global-norm.js';
export { dropout, dropoutMask } from './dropout.js';
export { customGradient, type Differentiable } from './custom-gradient.js';
export { product, type ProductOptions } from './product.js';
export { requireBackend } from './require-backend.js';
export {
  onlyFastKernels,
  registerFastKernel,
  runFast,
  type FastKernelArguments,
  type FastKernelTensors,
} from './run-fast.js';
export type {
  FastKernelAttributes,
  FastKernelInputs,
  FastKernelName,
  FastKernelOutputs,
  FastKernels,
} from './kernel-names.js';
export { lstmLayer, type LstmNeeds, type LstmState, type LstmWeights } from './lstm-layer.js';
export { int8Rows, type Int8Rows } from './int8-rows.js';
export { lstmLayerReference } from './lstm-layer-reference.js';
export { meanSquare, meanSquareOfChanges } from './mean-square.js';
export { concatPooling } from './concat-pooling.js';
export { embeddingLookup } from './embedding-lookup.js';
export { tiedCrossEntropy, type TiedCrossEntropyInputs } from './tied-cross-entropy.js';
export { adamStep, type AdamResult, type AdamSettings, type AdamTensor } from './adam-step.js';
