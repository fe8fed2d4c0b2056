import {
  add,
  concat,
  dispose,
  keep,
  mul,
  reshape,
  sub,
  sum,
  tensor1d,
  tensor2d,
  tidy,
  tile,
  transpose,
  valueAndGrads,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
} from '@tensorflow/tfjs-core';
import { requireInteger, UlmfitError } from '@ulmfit/errors';
import { concatPooling } from '@ulmfit/kernels';
import { inferencePass, yieldToEvents, type ForwardPass } from '@ulmfit/trainer';
import { changedPass } from './changed-pass.js';
import { layersSideBySide, watchingLayers } from './lower-layers.js';
import type { Classifier } from './classifier.js';
import { joined, poolingMasks, windowsOf } from './document-windows.js';
import type { AnyEncoder, EncoderStates } from './encoder.js';
import { integratePath, LEAST_POINTS, type PathPoint } from './path-integral.js';

export interface IntegratedGradientsOptions {
  /** What the document is compared with: as many ids, such as those of an unknown word. */
  readonly baseline: ArrayLike<number>;
  /** Indices of the classes. Default all; the time it takes grows with their number. */
  readonly classes?: readonly number[] | undefined;
  /** How far the sum of the contributions may be from the difference of the logits, as a share of it. Default 0.01. */
  readonly tolerance?: number | undefined;
  /** Points of the path at most, from 9. Default 512. */
  readonly steps?: number | undefined;
  /** Tokens that are explained at most, the last ones, rounded up to whole windows. Default 2880, or twice `maxLength` if that is more. */
  readonly tokens?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What each token adds to the logit of a class. */
export interface ClassAttribution {
  /** Of the document, and of the baseline. */
  readonly logit: number;
  readonly baseline: number;
  /** `[tokens]`; 0 of those at the beginning of a long document that the baseline has too. */
  readonly contributions: Float64Array;
  /** How far their sum is from `logit - baseline`. */
  readonly gap: number;
  /** Whether that is within the tolerance, and the contributions hardly change with more points. */
  readonly isComplete: boolean;
}

export interface IntegratedGradients {
  /** In the order of the classes that were asked for. */
  readonly classes: readonly ClassAttribution[];
  /** The points of the path that it took. */
  readonly steps: number;
  /** Tokens at the beginning that were only read, and are the same in the baseline: beyond `tokens`. */
  readonly context: number;
}

/** Tokens of a document that are explained, unless `maxLength` asks for more. */
const MOST_TOKENS = 2880;
/** Tokens that are differentiated at once: at the sizes of the paper some 80 kB each. */
const AT_ONCE = 4096;
/** A difference of logits that counts as none: what may be missing is a share of this at least. */
const LEAST_DIFFERENCE = 0.1;

/**
 * Integrated gradients (Sundararajan et al. 2017, equation 1): how much each token of a document adds to the logits, in comparison
 * with a baseline. The vectors of the words go from the baseline's to the document's on a straight line; the gradients on the way, times
 * how far a word's vector goes, are what the word adds. Their sum is the difference of the logits (completeness): points are added until it
 * is so within `tolerance`, see `path-integral.ts`.
 *
 * Goes through all of the classifier: windows, states, concat pooling, and the head with BatchNorm's running statistics. The encoder
 * must have the tap `embedding`, or `input`, of what it looks up, `[time, batch, features]`, and for documents of several windows be
 * `stepwise`. The model may be used in between.
 * @param ids the document, in the order in which the model reads it
 * @throws UlmfitError `BAD_OPTION`, `NO_GRADIENT` for an encoder without the needed taps, `BAD_WEIGHTS`; the signal's reason
 * @example
 * const { classes } = await integratedGradients(model, ids, { baseline: ids.map(() => vocabulary.unknownIndex) });
 */
export async function integratedGradients(
  model: Classifier<AnyEncoder>,
  ids: ArrayLike<number>,
  { baseline, tolerance = 0.01, steps = 512, signal, ...options }: IntegratedGradientsOptions,
): Promise<IntegratedGradients> {
  const { classes: count } = model.config;
  const classes = options.classes ?? Array.from({ length: count }, (_, c) => c);
  requireInteger('explain: steps', steps, { from: LEAST_POINTS });
  for (const index of classes) requireInteger('explain: class', index, { from: 0, to: count - 1 });
  if (ids.length === 0 || baseline.length !== ids.length) {
    throw new UlmfitError(
      'BAD_OPTION',
      `explain: a document of ${ids.length} tokens but a baseline of ${baseline.length}; make them equally long, with at least 1 token`,
    );
  }
  const most = options.tokens ?? Math.max(MOST_TOKENS, 2 * model.config.maxLength);
  requireInteger('explain: tokens', most, { from: model.config.maxLength });
  const path = new WordPath(model, ids, baseline, most);
  try {
    const { integrals, points } = await integratePath((at) => path.pointsAt(at, classes, signal), {
      tolerance: (difference) => tolerance * Math.max(Math.abs(difference), LEAST_DIFFERENCE),
      maxPoints: steps,
    });
    return {
      classes: integrals.map(({ start, end, contributions, gap, isWithin }) => {
        const all = new Float64Array(ids.length);
        all.set(contributions, path.context);
        return { logit: end, baseline: start, contributions: all, gap, isComplete: isWithin };
      }),
      steps: points,
      context: path.context,
    };
  } finally {
    path.dispose();
  }
}

/** The straight line between two documents' words. */
class WordPath {
  /** Tokens before the line begins, which both documents have. */
  readonly context: number;
  readonly #model: Classifier<AnyEncoder>;
  readonly #tap: string;
  /** int32 `[1, time]`: the document after the context. */
  readonly #ids: Tensor2D;
  /** After the context, of a batch of one. */
  readonly #states: EncoderStates;
  /** The baseline's words and what the document's have beyond, `[time, 1, features]`. */
  readonly #from: Tensor3D;
  readonly #delta: Tensor3D;
  readonly #length: number;

  constructor(
    model: Classifier<AnyEncoder>,
    ids: ArrayLike<number>,
    baseline: ArrayLike<number>,
    most: number,
  ) {
    const { encoder, config } = model;
    this.#model = model;
    this.#length = ids.length;
    this.#tap = tapOf(encoder);
    this.context = Math.max(0, Math.floor((ids.length - most) / config.window)) * config.window;
    if (ids.length > config.window && encoder.stepwise !== true) {
      throw new UlmfitError(
        'NO_GRADIENT',
        `explain: ${encoder.architecture} reads a text of ${ids.length} tokens in windows of ${config.window}, which gradients cannot cross; use the method occlusion, or mark the encoder stepwise if it is`,
      );
    }
    this.#states = this.#read(Array.from(ids).slice(0, this.context));
    const rows = [baseline, ids].map((each) => Int32Array.from(Array.from(each).slice(this.context)));
    const time = ids.length - this.context;
    this.#ids = tensor2d(rows[1] as Int32Array, [1, time], 'int32');
    [this.#from, this.#delta] = tidy(() => {
      const [from, to] = rows.map((row) => this.#wordsOf(tensor2d(row, [1, time], 'int32')));
      return [from as Tensor3D, sub(to as Tensor3D, from as Tensor3D)];
    });
  }

  /** The logits of some classes at points between 0 and 1, and their slopes by token. */
  async pointsAt(
    points: readonly number[],
    classes: readonly number[],
    signal: AbortSignal | undefined,
  ): Promise<PathPoint[]> {
    const rows = points.flatMap((point) => classes.map((classIndex) => ({ point, classIndex })));
    const [time] = this.#delta.shape;
    const size = Math.max(1, Math.floor(AT_ONCE / time));
    const values: number[] = [];
    const slopes: ArrayLike<number>[] = [];
    for (let at = 0; at < rows.length; at += size) {
      signal?.throwIfAborted();
      const some = rows.slice(at, at + size);
      const made = tidy(() => this.#slopes(some));
      const [ofLogits, ofSlopes] = await Promise.all([made.logits.data(), made.slopes.data()]);
      dispose(made);
      some.forEach(({ classIndex }, row) => {
        values.push(ofLogits[row * this.#model.config.classes + classIndex] as number);
        slopes.push(ofSlopes.slice(row * time, (row + 1) * time));
      });
      await yieldToEvents();
    }
    if (!values.every(Number.isFinite) || !slopes.every((each) => Array.from(each).every(Number.isFinite))) {
      throw new UlmfitError(
        'BAD_WEIGHTS',
        'explain: the model’s scores are not finite: its weights are unusable; copy or train the model again',
      );
    }
    return points.map((_, i) => ({
      values: values.slice(i * classes.length, (i + 1) * classes.length),
      slopes: slopes.slice(i * classes.length, (i + 1) * classes.length),
    }));
  }

  dispose(): void {
    dispose([this.#ids, this.#from, this.#delta, ...Object.values(this.#states)]);
  }

  /** Logits `[rows, classes]`, and for the class of each row its slope by token, `[rows, time]`. */
  #slopes(rows: readonly { readonly point: number; readonly classIndex: number }[]): {
    logits: Tensor;
    slopes: Tensor;
  } {
    const { classes } = this.#model.config;
    const points = tensor1d(rows.map(({ point }) => point));
    const words = add(this.#from, mul(this.#delta, reshape(points, [1, rows.length, 1])));
    const chosen = new Float32Array(rows.length * classes);
    rows.forEach(({ classIndex }, row) => (chosen[row * classes + classIndex] = 1));
    const { value, grads } = valueAndGrads((x) => this.#logits(x as Tensor3D))(
      [words],
      tensor2d(chosen, [rows.length, classes]),
    );
    return { logits: value, slopes: transpose(sum(mul(grads[0] as Tensor, this.#delta), 2)) };
  }

  /** `[time, batch, features]` in the place of the words to logits `[batch, classes]`. */
  #logits(words: Tensor3D): Tensor2D {
    const { encoder, head, config } = this.#model;
    const batch = words.shape[1];
    return inferencePass((pass) => {
      const own = through(pass, encoder, this.#tap, () => words);
      const ids = tile(this.#ids, [batch, 1]);
      const seen: Tensor3D[] = [];
      const { output } = encoder.run(ids, this.#statesOf(batch), watchingLayers(own, seen));
      const states = config.pooling === 'all-layers' ? layersSideBySide(encoder, seen, output) : output;
      const places = {
        starts: new Int32Array(batch),
        lengths: new Int32Array(batch).fill(this.#length),
      };
      const windows = windowsOf(places, this.#length, config.window, config.maxLength)
        .filter(({ start }) => start >= this.context)
        .map((window) => ({ ...window, pooled: true }));
      const { counted, last } = poolingMasks(places, windows, config.maxLength);
      return head.apply(concatPooling(states, counted, last), own);
    });
  }

  /** What a document's words are where the tap stands, `[time, batch, features]`. What is above it isn't run. */
  #wordsOf(ids: Tensor2D): Tensor3D {
    const { encoder } = this.#model;
    const reached = new Error('the tap is reached');
    let kept: Tensor3D | undefined;
    try {
      inferencePass((pass) => {
        const own = through(pass, encoder, this.#tap, (x) => {
          kept = keep(x.clone()) as Tensor3D;
          throw reached;
        });
        return encoder.run(ids, this.#statesOf(ids.shape[0]), own);
      });
    } catch (error) {
      if (error !== reached) throw error;
    }
    // The tidy that this is called in frees the clone.
    const found = kept?.clone();
    kept?.dispose();
    const [batch, time] = ids.shape;
    if (found?.rank === 3 && found.shape[0] === time && found.shape[1] === batch) return found;
    throw new UlmfitError(
      'NO_GRADIENT',
      `explain: ${encoder.architecture}: its tap ${this.#tap} is not [${time}, ${batch}, features]; use the method occlusion`,
    );
  }

  #statesOf(batch: number): EncoderStates {
    if (this.context === 0) return this.#model.encoder.initialStates(batch);
    return Object.fromEntries(
      Object.entries(this.#states).map(([name, state]) => [name, concat(Array<Tensor>(batch).fill(state))]),
    );
  }

  /** The states after some tokens, none of which is explained; none of no tokens. */
  #read(ids: readonly number[]): EncoderStates {
    const { encoder, config } = this.#model;
    let states: EncoderStates = {};
    const places = { starts: [0], lengths: [ids.length] };
    for (const { start, end } of joined(windowsOf(places, ids.length, config.window, 0))) {
      const before = states;
      states = inferencePass((pass) => {
        const window = tensor2d(ids.slice(start, end), [1, end - start], 'int32');
        const from = start === 0 ? encoder.initialStates(1) : before;
        const { states: after } = encoder.run(window, from, pass);
        return Object.fromEntries(Object.entries(after).map(([name, state]) => [name, state.clone()]));
      });
      dispose(Object.values(before));
    }
    return states;
  }
}

/** Where an encoder shows what it has looked up. @throws UlmfitError `NO_GRADIENT` */
function tapOf({ architecture, taps }: AnyEncoder): string {
  const tap = ['embedding', 'input'].find((name) => (taps as readonly string[]).includes(name));
  if (tap !== undefined) return tap;
  throw new UlmfitError(
    'NO_GRADIENT',
    `explain: ${architecture} has no tap "embedding" for its word vectors; use the method occlusion, or add the tap`,
  );
}

/** A pass in which `change` stands at a tap, and a gradient is asked for what is there. */
const through = (
  pass: ForwardPass<Record<string, unknown>>,
  encoder: AnyEncoder,
  at: string,
  change: (x: Tensor) => Tensor,
): ForwardPass<Record<string, unknown>> =>
  changedPass(pass, {
    tap: <T extends Tensor>(name: string, x: T) => (name === at ? (change(x) as T) : x),
    // What the gradient comes to first: all above the words is constant.
    trains: (parameter) => parameter === encoder.embedding,
  });
