import {
  add,
  addN,
  cast,
  divNoNan,
  expandDims,
  gather,
  keep,
  matMul,
  mul,
  notEqual,
  ones,
  reshape,
  sqrt,
  square,
  sub,
  sum,
  tensor2d,
  type Rank,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { UlmfitError } from '@ulmfit/errors';
import { dropout, type RandomKey } from '@ulmfit/kernels';
import { requireTimeMajor, type ForwardPass, type TimeMajor } from '@ulmfit/trainer';

/** What a model says of the words that it has looked up. */
export interface WordsContext extends TimeMajor {
  /** int32 `[time, rows]` */
  readonly ids: Tensor;
  /** The id of padding. Default 1. */
  readonly padIndex?: number | undefined;
  /** Which text of the batch each row is, where a model reads some of them at a time. Default: the texts in their order. */
  readonly rows?: readonly number[] | undefined;
}

/** Words that have passed the tap `embedding`, a piece for each time. */
interface Piece {
  /** `[time, rows, 1]`: 1 of words, 0 of padding. */
  readonly mask: Tensor;
  /** `[rows]`: the words' squares, summed. */
  readonly squares: Tensor1D;
  /** `[time, rows, features]` */
  readonly shape: readonly number[];
  /** `[rows, texts]`: 1 where a row is a text's. */
  readonly owners: Tensor2D;
  readonly rows: readonly number[];
}

/** What padding is looked up by, as loaders have it. */
const PADDING = 1;

/**
 * The words of a batch's texts as a pass has shown them, in pieces that may have some of the texts each. Norms are those of a
 * whole text, and padding is never touched. It keeps tensors until `dispose`.
 */
export class WordsOfTexts {
  readonly #plugin: string;
  readonly #texts: number;
  readonly #pieces: Piece[] = [];

  /** @param texts of the batch */
  constructor(plugin: string, texts: number) {
    this.#plugin = plugin;
    this.#texts = texts;
  }

  /** Stands at the tap `embedding` of one pass, and changes nothing. */
  readonly look = (x: Tensor, _pass: ForwardPass, context: WordsContext): Tensor => {
    requireTimeMajor(this.#plugin, 'embedding', x, context);
    const count = x.shape[1] ?? 0;
    const rows = context.rows ?? Array.from({ length: count }, (_, row) => row);
    if (rows.length !== count || rows.some((row) => !(row < this.#texts))) {
      throw new UlmfitError(
        'BAD_BATCH',
        `${this.#plugin}: the tap embedding shows ${count} rows of a batch of ${this.#texts} texts but not which; give the rows in its context`,
      );
    }
    const owners = new Float32Array(count * this.#texts);
    rows.forEach((text, row) => (owners[row * this.#texts + text] = 1));
    const mask = cast(expandDims(notEqual(context.ids, context.padIndex ?? PADDING), -1), 'float32');
    this.#pieces.push({
      mask: keep(mask),
      squares: keep(sum(square(mul(x, mask)), [0, 2]) as Tensor1D),
      shape: x.shape,
      owners: keep(tensor2d(owners, [count, this.#texts])),
      rows,
    });
    return x;
  };

  /**
   * Draws a direction for each piece: each number +1 or -1, which is as random a direction as that of normal numbers, and one draw.
   */
  directions(key: (piece: number) => RandomKey): Tensor[] {
    return this.#pieces.map(({ shape }, i) => sub(dropout(ones([...shape]), 0.5, key(i)), 1));
  }

  /**
   * Scales tensors of the pieces' shapes so that their norm over a text is a share of that of its words, or a norm that is given.
   * Where they are 0, they stay 0.
   */
  scaled(tensors: readonly Tensor[], size: PerturbationSize): Tensor[] {
    if (tensors.length !== this.#pieces.length) {
      throw new UlmfitError(
        'BAD_BATCH',
        `${this.#plugin}: one pass shows ${this.#pieces.length} pieces of the texts' words, another ${tensors.length}; the model must read a batch the same way twice`,
      );
    }
    const masked = this.#pieces.map(({ mask }, i) => mul(tensors[i] as Tensor, mask));
    const norms = this.#norms(masked.map((each) => sum(square(each), [0, 2]) as Tensor1D));
    const wanted = 'norm' in size ? mul(ones([this.#texts]), size.norm) : mul(this.wordNorms(), size.share);
    const scale = divNoNan(wanted, norms);
    return masked.map((each, i) =>
      mul(each, reshape(gather(scale, (this.#pieces[i] as Piece).rows as number[]), [1, -1, 1])),
    );
  }

  /** The norm of each text's words, `[texts]`. */
  wordNorms(): Tensor1D {
    return this.#norms(this.#pieces.map(({ squares }) => squares));
  }

  /** @param squares `[rows]` of each piece */
  #norms(squares: readonly Tensor1D[]): Tensor1D {
    const of = (piece: Piece, each: Tensor1D) =>
      reshape<Rank.R1>(matMul(expandDims<Tensor2D>(each, 0), piece.owners), [this.#texts]);
    return sqrt(addN(this.#pieces.map((piece, i) => of(piece, squares[i] as Tensor1D))));
  }

  dispose(): void {
    for (const { mask, squares, owners } of this.#pieces)
      for (const t of [mask, squares, owners]) t.dispose();
    this.#pieces.length = 0;
  }
}

/** How far the words of a text are moved: as a share of their norm, or by an absolute norm. */
export type PerturbationSize = { readonly share: number } | { readonly norm: number };

/** Adds a tensor to each piece that passes the tap, in order. */
export function adding(tensors: readonly Tensor[]): (x: Tensor) => Tensor {
  let next = 0;
  return (x) => {
    const own = tensors[next++];
    return own ? add(x, own) : x;
  };
}
