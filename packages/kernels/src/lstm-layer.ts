import {
  add,
  concat,
  dispose,
  keep,
  mul,
  reshape,
  sigmoid,
  slice,
  split,
  square,
  stack,
  sub,
  sum,
  tanh,
  tidy,
  transpose,
  unstack,
  zeros,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import { customGradient } from './custom-gradient.js';
import { product } from './product.js';
import { runFast } from './run-fast.js';
import { UlmfitError } from '@ulmfit/errors';

/** PyTorch's layout: gate order i, f, g, o along the first axis of the weights. */
export interface LstmWeights {
  /** `[4 * hidden, input]` */
  readonly weightIh: Tensor2D;
  /** `[4 * hidden, hidden]` */
  readonly weightHh: Tensor2D;
  /** `[4 * hidden]` */
  readonly biasIh: Tensor1D;
  /** `[4 * hidden]` */
  readonly biasHh: Tensor1D;
}

/** Both `[batch, hidden]`. A type alias, so that tfjs takes it for a container of tensors. */
export type LstmState = { readonly h: Tensor2D; readonly c: Tensor2D };

/** Which gradients the caller will use; the others are zeros at no cost. */
export interface LstmNeeds {
  readonly input: boolean;
  readonly weights: boolean;
}

/** What the gradient of a layer is computed from. A type alias, so that it has an index signature. */
type Kept = {
  /** `[time, batch, input]` */
  x: Tensor3D;
  weightIh: Tensor2D;
  weightHh: Tensor2D;
  h: Tensor2D;
  c: Tensor2D;
  /** `[time, batch, hidden]`, as are the cells. */
  output: Tensor3D;
  cells: Tensor3D;
  /** After their non-linearities, in the form in which the kernel that made them wants them back. */
  gates: Tensor;
};

/** What the recurrence over a window gives, `[time, batch, hidden]`, and the gates. */
type Recurrence = Pick<Kept, 'output' | 'cells' | 'gates'>;

/** What a layer's forward pass gives: all that the gradient needs, if it needs any, and the state to carry on. */
interface Forward {
  output: Tensor3D;
  last: LstmState;
  kept?: Recurrence | undefined;
}

/**
 * One LSTM layer over a whole window, with the gradient of the whole layer: the input projection and the gradients of
 * the weights are one product each over all time steps, only `dz x weightHh` stays in the time loop.
 *
 * The incoming state is detached: no gradient reaches it (truncated BPTT).
 *
 * Fast kernels ({@link FastKernels}): `UlmfitLstmLayer` and `UlmfitLstmLayerGrad`. Where the first gives nothing,
 * `UlmfitLstmRecurrence` and `UlmfitLstmRecurrenceGrad`, or, where no gradient is needed, `UlmfitLstmInference`.
 *
 * @param x `[time, batch, input]`
 * @returns output `[time, batch, hidden]`, and the last h and c `[batch, hidden]`, to be carried on: they have no
 *   gradient.
 * @throws UlmfitError `BAD_SHAPE`
 * @example
 * const [time, batch, input, hidden] = [5, 2, 3, 4];
 * const { output, state } = lstmLayer(
 *   ones<Rank.R3>([time, batch, input]),
 *   { h: zeros([batch, hidden]), c: zeros([batch, hidden]) },
 *   {
 *     weightIh: ones<Rank.R2>([4 * hidden, input]), // PyTorch's layout: gates i, f, g, o
 *     weightHh: ones<Rank.R2>([4 * hidden, hidden]),
 *     biasIh: zeros([4 * hidden]),
 *     biasHh: zeros([4 * hidden]),
 *   },
 * );
 * output.shape; // [5, 2, 4]
 */
export function lstmLayer(
  x: Tensor3D,
  state: LstmState,
  weights: LstmWeights,
  needs: LstmNeeds = { input: true, weights: true },
): { output: Tensor3D; state: LstmState } {
  checkShapes(x, state, weights);
  const { weightIh, weightHh, biasIh, biasHh } = weights;
  const inputs: Tensor[] = [x, weightIh, weightHh, biasIh, biasHh];
  let last: LstmState | undefined;

  const output = customGradient<Tensor3D>(inputs, () => {
    const needsGradient = needs.input || needs.weights;
    const { output, last: after, kept } = forward(x, state, weights, needs);
    // The tidy of the operation frees all but its value, so the last state is kept until it stands outside.
    last = { h: keep(after.h), c: keep(after.c) };
    const none = () => inputs.map(({ shape }) => zeros(shape));
    // Where no gradient will be asked for, nothing is kept for one.
    if (!kept || !needsGradient) return { value: output, gradient: none };
    const all: Kept = { x, weightIh, weightHh, ...state, ...kept };
    const names = Object.keys(all) as (keyof Kept)[];
    return {
      value: output,
      save: names.map((name) => all[name]),
      gradient: (dOutput, saved) => {
        const again = Object.fromEntries(names.map((name, i) => [name, saved[i]])) as Kept;
        return tidy(() => backward(dOutput, again, needs));
      },
    };
  });
  // The cast: the operation has run and has set it, which TypeScript does not see.
  const kept = last as unknown as LstmState;
  const handedOver = { h: kept.h.clone(), c: kept.c.clone() };
  dispose(kept);
  return { output, state: handedOver };
}

const rows = (t: Tensor): Tensor2D => {
  const features = t.shape[t.rank - 1] as number;
  return reshape(t, [t.size / features, features]);
};

function forward(x: Tensor3D, state: LstmState, weights: LstmWeights, needs: LstmNeeds): Forward {
  const { weightIh, weightHh, biasIh, biasHh } = weights;
  const needsGradient = needs.input || needs.weights;
  const [time, batch] = x.shape;
  const fast = runFast('UlmfitLstmLayer', { x, ...weights, ...state }, { needsGradient });
  if (fast) {
    const [output, h, c, cells, gates] = fast;
    const kept = needsGradient && cells && gates ? { output, cells, gates } : undefined;
    return { output, last: { h, c }, kept };
  }
  // WebAssembly multiplies by a transposed matrix ten times as slowly. Only of explanations is the input's gradient all that is asked for.
  const projected =
    needs.input && !needs.weights
      ? product(rows(x), transpose(weightIh))
      : product(rows(x), weightIh, { transposeB: true });
  const z: Tensor3D = reshape(projected, [time, batch, biasIh.size]);
  if (!needsGradient) {
    const few = runFast('UlmfitLstmInference', {
      z,
      biasIh,
      biasHh,
      weightHh,
      ...state,
    });
    if (few) {
      const [output, c] = few;
      return { output, last: { h: lastStep(output), c } };
    }
  }
  const kept = recurrence(add(z, add(biasIh, biasHh)), state, weightHh);
  return {
    output: kept.output,
    last: { h: lastStep(kept.output), c: lastStep(kept.cells) },
    kept,
  };
}

/** The gradients of x, both weights and both biases; zeros where they aren't needed. */
function backward(dOutput: Tensor3D, kept: Kept, needs: LstmNeeds): Tensor[] {
  const { x, weightIh, weightHh, h, c, output, cells, gates } = kept;
  const [time, batch, hidden] = output.shape;
  const shapes = [x.shape, weightIh.shape, weightHh.shape, [4 * hidden], [4 * hidden]];
  const choose = (dInput: () => Tensor, dWeights: () => Tensor[]): Tensor[] => [
    ...(needs.input ? [dInput()] : [zeros(x.shape)]),
    ...(needs.weights ? dWeights() : shapes.slice(1).map((shape) => zeros(shape))),
  ];
  const fast = runFast('UlmfitLstmLayerGrad', { dOutput, ...kept }, { ...needs });
  if (fast) {
    const [dInput, dWeightIh, dWeightHh, dBias] = fast;
    return choose(
      () => dInput,
      () => [dWeightIh, dWeightHh, dBias, dBias.clone()],
    );
  }
  const dz = rows(recurrenceGradient(dOutput, gates, cells, c, weightHh));
  return choose(
    () => reshape(product(dz, weightIh), x.shape),
    () => {
      const before = concat([
        reshape(h, [1, batch, hidden]),
        slice(output, [0, 0, 0], [time - 1, batch, hidden]),
      ]);
      const dBias = sum(dz, 0);
      return [
        product(dz, rows(x), { transposeA: true }),
        product(dz, rows(before), { transposeA: true }),
        dBias,
        dBias.clone(),
      ];
    },
  );
}

/** `[time, batch, features]` to the last `[batch, features]`. */
function lastStep(sequence: Tensor3D): Tensor2D {
  const [time, batch, features] = sequence.shape;
  return reshape(slice(sequence, [time - 1, 0, 0], [1, batch, features]), [batch, features]);
}

function recurrence(z: Tensor3D, state: LstmState, weightHh: Tensor2D): Recurrence {
  const fast = runFast('UlmfitLstmRecurrence', {
    z,
    weightHh,
    h: state.h,
    c: state.c,
  });
  if (fast) {
    const [output, cells, gates] = fast;
    return { output, cells, gates };
  }
  const recurrent = transpose(weightHh);
  const outputs: Tensor2D[] = [];
  const cells: Tensor2D[] = [];
  const gates: Tensor2D[] = [];
  let { h, c } = state;
  for (const projected of unstack(z) as Tensor2D[]) {
    const [zi, zf, zg, zo] = split(add(projected, product(h, recurrent)), 4, 1) as Tensor2D[];
    const [i, f, o] = [sigmoid(zi as Tensor2D), sigmoid(zf as Tensor2D), sigmoid(zo as Tensor2D)];
    const g = tanh(zg as Tensor2D);
    c = add(mul(f, c), mul(i, g));
    h = mul(o, tanh(c));
    outputs.push(h);
    cells.push(c);
    gates.push(concat([i, f, g, o], 1));
  }
  return {
    output: stack(outputs) as Tensor3D,
    cells: stack(cells) as Tensor3D,
    gates: stack(gates) as Tensor3D,
  };
}

/** The gradient of the pre-activations `[time, batch, 4 * hidden]` from that of the output. */
function recurrenceGradient(
  dOutput: Tensor3D,
  gates: Tensor,
  cells: Tensor3D,
  c: Tensor2D,
  weightHh: Tensor2D,
): Tensor3D {
  const fast = runFast('UlmfitLstmRecurrenceGrad', {
    dOutput,
    gates,
    cells,
    c,
    weightHh,
  });
  if (fast) return fast[0];
  const [time, batch, hidden] = dOutput.shape;
  const [i, f, g, o] = split(gates, 4, 2) as [Tensor3D, Tensor3D, Tensor3D, Tensor3D];
  const before = concat([reshape(c, [1, batch, hidden]), slice(cells, [0, 0, 0], [time - 1, batch, hidden])]);
  const tanhCells = tanh(cells);
  const oneMinus = (t: Tensor3D): Tensor3D => sub(1, t);
  // What does not depend on a later step, for all steps at once: dz = [dc * toI, dc * toF, dc * toG, dh * toO].
  const toC = unstack(mul(o, oneMinus(square(tanhCells)))) as Tensor2D[];
  const toI = unstack(mul(g, mul(i, oneMinus(i)))) as Tensor2D[];
  const toF = unstack(mul(before, mul(f, oneMinus(f)))) as Tensor2D[];
  const toG = unstack(mul(i, oneMinus(square(g)))) as Tensor2D[];
  const toO = unstack(mul(tanhCells, mul(o, oneMinus(o)))) as Tensor2D[];
  const forget = unstack(f) as Tensor2D[];
  const dOutputs = unstack(dOutput) as Tensor2D[];

  const dz: Tensor2D[] = new Array<Tensor2D>(time);
  let dcNext: Tensor2D | undefined;
  for (let t = time - 1; t >= 0; t--) {
    const later = dz[t + 1];
    const at = (all: Tensor2D[]) => all[t] as Tensor2D;
    const dh: Tensor2D = later ? add(at(dOutputs), product(later, weightHh)) : at(dOutputs);
    const direct: Tensor2D = mul(dh, at(toC));
    const dc: Tensor2D = dcNext ? add(dcNext, direct) : direct;
    dz[t] = concat([mul(dc, at(toI)), mul(dc, at(toF)), mul(dc, at(toG)), mul(dh, at(toO))], 1);
    dcNext = mul(dc, at(forget));
  }
  return stack(dz) as Tensor3D;
}

function checkShapes(x: Tensor3D, { h, c }: LstmState, weights: LstmWeights): void {
  const [time, batch, input] = x.shape;
  if (time === 0) {
    throw new UlmfitError(
      'BAD_SHAPE',
      `lstmLayer: x is [${x.shape.join(', ')}], and a window needs at least one step`,
    );
  }
  const hidden = weights.weightHh.shape[1];
  const expected: [string, Tensor, number[]][] = [
    ['weightIh', weights.weightIh, [4 * hidden, input]],
    ['weightHh', weights.weightHh, [4 * hidden, hidden]],
    ['biasIh', weights.biasIh, [4 * hidden]],
    ['biasHh', weights.biasHh, [4 * hidden]],
    ['h', h, [batch, hidden]],
    ['c', c, [batch, hidden]],
  ];
  for (const [name, t, shape] of expected) {
    if (t.shape.join() !== shape.join()) {
      throw new UlmfitError(
        'BAD_SHAPE',
        `lstmLayer: ${name} is [${t.shape.join(', ')}]; x of [${x.shape.join(', ')}] and ${hidden} units need [${shape.join(', ')}]`,
      );
    }
  }
}
