import type { Scalar, Tensor, Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';

/**
 * The operations for which a backend may have a faster kernel: by name, what it is given and what it gives. It may also give nothing,
 * `[]`, and so leave its inputs to the composed operations. The values and the gradients are theirs; `@ulmfit/kernels/conformance` has
 * the cases that hold a backend to it.
 *
 * Other packages may add names of their own by declaration merging.
 */
export interface FastKernels {
  /** A mask of the draw at `key` and `counter` over `x`, see `dropout`. Its gradient is the same of `dy`. */
  UlmfitDropout: {
    inputs: { readonly x: Tensor };
    attributes: {
      /** An element is dropped where its word of the draw is below: `round(rate * 2^32)`. */
      readonly threshold: number;
      /** What the others are multiplied by: `1 / (1 - rate)`, a float32. */
      readonly kept: number;
      readonly key: readonly [number, number];
      readonly counter: readonly [number, number, number];
      /** Of the rank of `x`: its length, or 1 where the mask is the same along an axis. */
      readonly maskShape: readonly number[];
    };
    outputs: readonly [y: Tensor];
  };
  /** A layer over a window, see `lstmLayer`: all of its products too. */
  UlmfitLstmLayer: {
    inputs: {
      /** `[time, batch, input]` */
      readonly x: Tensor3D;
      /** `[4 * hidden, input]` */
      readonly weightIh: Tensor2D;
      /** `[4 * hidden, hidden]` */
      readonly weightHh: Tensor2D;
      /** `[4 * hidden]`, as is `biasHh`. */
      readonly biasIh: Tensor1D;
      readonly biasHh: Tensor1D;
      /** `[batch, hidden]`, as is `c`. */
      readonly h: Tensor2D;
      readonly c: Tensor2D;
    };
    attributes: {
      /** Whether `cells` and `gates` are asked for. */
      readonly needsGradient: boolean;
    };
    /** `[time, batch, hidden]`, `[batch, hidden]` twice, and what the gradient is made of. */
    outputs: readonly [output: Tensor3D, h: Tensor2D, c: Tensor2D, cells?: Tensor3D, gates?: Tensor];
  };
  /** Its gradient. `gates` are in the form in which `UlmfitLstmLayer` gave them. */
  UlmfitLstmLayerGrad: {
    inputs: {
      readonly dOutput: Tensor3D;
      readonly x: Tensor3D;
      readonly weightIh: Tensor2D;
      readonly weightHh: Tensor2D;
      readonly h: Tensor2D;
      readonly c: Tensor2D;
      readonly output: Tensor3D;
      readonly cells: Tensor3D;
      readonly gates: Tensor;
    };
    attributes: {
      /** Whether the gradient of `x` is asked for; where not, that output may be anything. */
      readonly input: boolean;
      /** Whether those of the weights and biases are. */
      readonly weights: boolean;
    };
    outputs: readonly [dx: Tensor, dWeightIh: Tensor, dWeightHh: Tensor, dBias: Tensor];
  };
  /** The time steps of a layer alone, where something else makes its products with the input. */
  UlmfitLstmRecurrence: {
    inputs: {
      /** The projected input with both biases, `[time, batch, 4 * hidden]`. */
      readonly z: Tensor3D;
      readonly weightHh: Tensor2D;
      readonly h: Tensor2D;
      readonly c: Tensor2D;
    };
    attributes: object;
    outputs: readonly [output: Tensor3D, cells: Tensor3D, gates: Tensor];
  };
  /** The gradient with respect to `z`. `gates` are in the form in which `UlmfitLstmRecurrence` gave them. */
  UlmfitLstmRecurrenceGrad: {
    inputs: {
      readonly dOutput: Tensor3D;
      readonly gates: Tensor;
      readonly cells: Tensor3D;
      readonly c: Tensor2D;
      readonly weightHh: Tensor2D;
    };
    attributes: object;
    outputs: readonly [dz: Tensor3D];
  };
  /** The time steps where no gradient will be asked for. */
  UlmfitLstmInference: {
    inputs: {
      /** The projected input without the biases, `[time, batch, 4 * hidden]`. */
      readonly z: Tensor3D;
      readonly biasIh: Tensor1D;
      readonly biasHh: Tensor1D;
      readonly weightHh: Tensor2D;
      readonly h: Tensor2D;
      readonly c: Tensor2D;
    };
    attributes: object;
    outputs: readonly [output: Tensor3D, c: Tensor2D];
  };
  /** A tied decoder with its loss, see `tiedCrossEntropy`: the logits are never whole. */
  UlmfitTiedSoftmaxCrossEntropy: {
    inputs: {
      readonly hidden: Tensor2D;
      readonly weight: Tensor2D;
      readonly bias: Tensor1D;
      readonly targets: Tensor1D;
    };
    attributes: { readonly needsGradient: boolean };
    /** The loss of each row; where asked for, the gradients of their sum. */
    outputs: readonly [losses: Tensor1D, dHidden?: Tensor2D, dWeight?: Tensor2D, dBias?: Tensor1D];
  };
  /** The loss of a chunk of logits that lack their bias. */
  UlmfitSoftmaxCrossEntropy: {
    inputs: { readonly logits: Tensor2D; readonly bias: Tensor1D; readonly targets: Tensor1D };
    attributes: { readonly needsGradient: boolean };
    /** The loss of each row; where asked for, `softmax - onehot` and the sum of that over the rows. */
    outputs: readonly [losses: Tensor1D, dLogits?: Tensor2D, dBias?: Tensor1D];
  };
  /** The step of a group, see `adamStep`: `parameter0`, `gradient0`, `mean0`, `squares0`, `parameter1`, .... */
  UlmfitAdamStep: {
    inputs: { readonly [name: `${'parameter' | 'gradient' | 'mean' | 'squares'}${number}`]: Tensor };
    attributes: {
      readonly learningRate: number;
      readonly beta1: number;
      readonly beta2: number;
      readonly epsilon: number;
      /** A number for each tensor, as are `weightDecays`. */
      readonly steps: readonly number[];
      readonly weightDecays: readonly number[];
    };
    /** The new parameter, mean and squares of the first tensor, of the second, and so on. */
    outputs: readonly Tensor[];
  };
  /** The Euclidean norm of `tensor0`, `tensor1`, ... together. */
  UlmfitGlobalNorm: {
    inputs: { readonly [name: `tensor${number}`]: Tensor };
    attributes: {
      /** How many. */
      readonly count: number;
    };
    outputs: readonly [norm: Scalar];
  };
  /** The sum of squares of `x`, or of its changes along the first axis. */
  UlmfitSquareSum: {
    inputs: { readonly x: Tensor };
    attributes: { readonly changes: boolean };
    outputs: readonly [sum: Scalar];
  };
  /** The gradient of `factor` times that sum. */
  UlmfitSquareSumGrad: {
    inputs: { readonly x: Tensor; readonly factor: Scalar };
    attributes: { readonly changes: boolean };
    outputs: readonly [dx: Tensor];
  };
  /** `[last, max, mean]`, see `concatPooling`. */
  UlmfitConcatPooling: {
    inputs: { readonly output: Tensor3D; readonly counted: Tensor2D; readonly last: Tensor2D };
    attributes: object;
    outputs: readonly [pooled: Tensor2D];
  };
  /** The gradient of `output`. */
  UlmfitConcatPoolingGrad: {
    inputs: {
      readonly output: Tensor3D;
      readonly counted: Tensor2D;
      readonly last: Tensor2D;
      readonly pooled: Tensor2D;
      readonly dy: Tensor2D;
    };
    attributes: object;
    outputs: readonly [dOutput: Tensor3D];
  };
  /** The gradient of a table from that of the rows looked up, see `embeddingLookup`. */
  UlmfitEmbeddingGrad: {
    inputs: {
      /** `[rows, features]` */
      readonly dy: Tensor2D;
      /** int32 `[rows]` */
      readonly ids: Tensor1D;
    };
    attributes: {
      readonly vocabulary: number;
      /** The id whose row has no gradient. */
      readonly padIndex: number | undefined;
    };
    outputs: readonly [dTable: Tensor2D];
  };
  /** A product of matrices, see `product`. It sums in float32, and may round the factors before. */
  UlmfitProduct: {
    inputs: { readonly a: Tensor2D; readonly b: Tensor2D; readonly bias?: Tensor1D };
    attributes: {
      readonly transposeA: boolean;
      readonly transposeB: boolean;
      /** Whether there is a `bias`. */
      readonly biased: boolean;
    };
    outputs: readonly [product: Tensor2D];
  };
}

export type FastKernelName = keyof FastKernels & string;
export type FastKernelInputs<Name extends FastKernelName> = FastKernels[Name]['inputs'];
export type FastKernelAttributes<Name extends FastKernelName> = FastKernels[Name]['attributes'];
export type FastKernelOutputs<Name extends FastKernelName> = FastKernels[Name]['outputs'];
