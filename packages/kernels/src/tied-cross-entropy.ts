import {
  add,
  cast,
  concat,
  dispose,
  div,
  exp,
  log,
  max,
  mul,
  oneHot,
  scalar,
  slice,
  sub,
  sum,
  tidy,
  where,
  zeros,
  type Scalar,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { customGradient } from './custom-gradient.js';
import { product } from './product.js';
import { runFast } from './run-fast.js';
import { UlmfitError } from '@ulmfit/errors';

export interface TiedCrossEntropyInputs {
  /** `[rows, features]`, what the decoder is given. */
  readonly hidden: Tensor2D;
  /** `[vocabulary, features]`, the embedding that the decoder is tied to. */
  readonly weight: Tensor2D;
  /** `[vocabulary]` */
  readonly bias: Tensor1D;
  /** `[rows]`, int32 */
  readonly targets: Tensor1D;
}

/** Logits of one chunk stay below this many elements, so that memory does not grow with the vocabulary. */
const CHUNK_ELEMENTS = 1 << 24;

/**
 * The mean cross-entropy of a tied decoder, `logits = hidden x weight^T + bias`, over all rows. The logits live a chunk
 * of rows at a time: with `needsGradient` their gradient goes into the three products at once, and nothing of the size
 * `rows x vocabulary` is kept.
 *
 * Fast kernels ({@link FastKernels}): `UlmfitTiedSoftmaxCrossEntropy`; where it gives nothing, `UlmfitSoftmaxCrossEntropy` for a
 * chunk of rows.
 *
 * @throws UlmfitError `BAD_SHAPE` where the shapes do not fit each other, or there are no rows
 * @example
 * const loss = tiedCrossEntropy({
 *   hidden: zeros([6, 4]), // [rows, features]
 *   weight: zeros([10, 4]), // the embedding
 *   bias: zeros([10]),
 *   targets: zeros([6], 'int32'),
 * });
 * loss.arraySync(); // 2.3026
 */
export function tiedCrossEntropy(inputs: TiedCrossEntropyInputs, needsGradient = true): Scalar {
  const { hidden, weight, bias, targets } = inputs;
  const [rows, features] = hidden.shape;
  const vocabulary = weight.shape[0];
  if (targets.shape[0] !== rows || weight.shape[1] !== features || bias.shape[0] !== vocabulary) {
    throw new UlmfitError(
      'BAD_SHAPE',
      `tiedCrossEntropy: hidden [${hidden.shape.join(', ')}], weight [${weight.shape.join(', ')}], ` +
        `bias [${bias.shape.join(', ')}] and targets [${targets.shape.join(', ')}] do not fit`,
    );
  }
  if (rows === 0) {
    throw new UlmfitError('BAD_SHAPE', 'tiedCrossEntropy: hidden has no rows, and a mean needs at least one');
  }
  const shapes = [hidden.shape, weight.shape, bias.shape];
  return customGradient<Scalar>([hidden, weight, bias], () => {
    const { total, gradients } = fastLosses(inputs, needsGradient) ?? composedLosses(inputs, needsGradient);
    return {
      value: div(total, rows) as Scalar,
      save: gradients,
      gradient: (dy, saved) => {
        const share = div(dy, rows);
        return needsGradient ? saved.map((s) => mul(s, share)) : shapes.map((shape) => zeros(shape));
      },
    };
  });
}

/** The sum of all rows' losses, and its gradients with respect to `hidden`, `weight` and `bias` if they are needed. */
interface Losses {
  total: Tensor;
  gradients: Tensor[];
}

function fastLosses(
  { hidden, weight, bias, targets }: TiedCrossEntropyInputs,
  needsGradient: boolean,
): Losses | undefined {
  const fast = runFast('UlmfitTiedSoftmaxCrossEntropy', { hidden, weight, bias, targets }, { needsGradient });
  if (!fast) return undefined;
  const [losses, dHidden, dWeight, dBias] = fast;
  const gradients = needsGradient && dHidden && dWeight && dBias ? [dHidden, dWeight, dBias] : [];
  return { total: sum(losses), gradients };
}

function composedLosses(
  { hidden, weight, bias, targets }: TiedCrossEntropyInputs,
  needsGradient: boolean,
): Losses {
  const [rows, features] = hidden.shape;
  const chunk = Math.max(1, Math.min(rows, Math.floor(CHUNK_ELEMENTS / weight.shape[0])));
  let total: Tensor = scalar(0);
  const dHidden: Tensor2D[] = [];
  let dWeight: Tensor | undefined;
  let dBias: Tensor | undefined;
  for (let start = 0; start < rows; start += chunk) {
    const length = Math.min(chunk, rows - start);
    const parts: Tensor[] = tidy(() => {
      const h = slice(hidden, [start, 0], [length, features]);
      const logits = product(h, weight, { transposeB: true });
      const rowTargets = slice(targets, [start], [length]);
      const { losses, dLogits, dBias: db } = rowLosses(logits, bias, rowTargets, needsGradient);
      const loss = add(total, sum(losses));
      if (!dLogits || !db) return [loss];
      const dw = product(dLogits, h, { transposeA: true });
      return [loss, product(dLogits, weight), dWeight ? add(dWeight, dw) : dw, dBias ? add(dBias, db) : db];
    });
    dispose([total, ...(dWeight ? [dWeight] : []), ...(dBias ? [dBias] : [])]);
    total = parts[0] as Tensor;
    if (needsGradient) dHidden.push(parts[1] as Tensor2D);
    dWeight = parts[2];
    dBias = parts[3];
  }
  return {
    total,
    gradients: needsGradient ? [concat(dHidden), dWeight as Tensor, dBias as Tensor] : [],
  };
}

/** Each row's loss, and the gradients of their sum if they are needed. */
interface RowLosses {
  losses: Tensor1D;
  dLogits?: Tensor2D;
  dBias?: Tensor1D;
}

/** Of logits that still lack their bias: adding it is a pass over all of them that a fast kernel spares. */
function rowLosses(products: Tensor2D, bias: Tensor1D, targets: Tensor1D, needsGradient: boolean): RowLosses {
  const fast = runFast('UlmfitSoftmaxCrossEntropy', { logits: products, bias, targets }, { needsGradient });
  if (fast) {
    const [losses, dLogits, dBias] = fast;
    return needsGradient && dLogits && dBias ? { losses, dLogits, dBias } : { losses };
  }
  const logits = add(products, bias) as Tensor2D;
  const shifted = sub(logits, max(logits, 1, true));
  const exps = exp(shifted);
  const sums = sum(exps, 1, true);
  // Not as float32 at once: the WASM backend writes the bits of whole numbers then.
  const chosen = cast(oneHot(targets, logits.shape[1]), 'float32') as Tensor2D;
  // Not by multiplication: a word may be impossible, and nothing times -Infinity is NaN.
  const target = sum(where(cast(chosen, 'bool'), shifted, 0), 1);
  const losses = sub(log(sum(exps, 1)), target) as Tensor1D;
  if (!needsGradient) return { losses };
  const dLogits = sub(div(exps, sums), chosen) as Tensor2D;
  return { losses, dLogits, dBias: sum(dLogits, 0) as Tensor1D };
}
