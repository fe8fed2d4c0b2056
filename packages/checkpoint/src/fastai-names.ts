import { showName, UlmfitError } from '@ulmfit/errors';
import { showShape, type RawTensor } from './raw-tensor.js';
import { sameRaw } from './tensor-conversion.js';

// fastai's names: `fastai/text/models/awdlstm.py` and `core.py`. Layouts agree: [4H, I] with gates i, f, g, o.

/** What a set of weights is of. */
export type WeightsKind = 'encoder' | 'language-model' | 'classifier';

/** Sizes, as the weights tell them. */
export interface WeightsShape {
  readonly vocabulary: number;
  readonly embedding: number;
  readonly hidden: number;
  readonly layers: number;
  /** A classifier's features in, of each hidden layer, and classes: `[1200, 50, 2]`. */
  readonly head?: readonly number[];
}

/** Weights by this project's names. */
export interface ImportedWeights {
  readonly kind: WeightsKind;
  readonly shape: WeightsShape;
  readonly tensors: ReadonlyMap<string, RawTensor>;
}

const lstm = [
  ['weightIh', 'weight_ih'],
  ['weightHh', 'weight_hh'],
  ['biasIh', 'bias_ih'],
  ['biasHh', 'bias_hh'],
] as const;
const norm = [
  ['gamma', 'weight'],
  ['beta', 'bias'],
  ['mean', 'running_mean'],
  ['variance', 'running_var'],
] as const;

const oursOf = (table: readonly (readonly [string, string])[], theirs: string) =>
  table.find(([, name]) => name === theirs)?.[0];

interface Meaning {
  readonly ours: string;
  /** A second name of a tied tensor, which has to agree with the first. */
  readonly isTied?: boolean;
  /** A copy that holds what dropout left of the weights: of use only where there is no other. */
  readonly isDropped?: boolean;
}

/** What a name of fastai's means; `null`: nothing that is needed; `undefined`: unknown. */
function meaningOf(name: string): Meaning | null | undefined {
  // The encoder's names begin with 0. in a model and with nothing in a saved encoder; classifiers add module.
  const encoder = /^(?:0\.)?(?:module\.)?((?:encoder|encoder_dp|encoder_with_dropout|rnns)\..*)$/.exec(
    name,
  )?.[1];
  if (encoder !== undefined) {
    if (encoder === 'encoder.weight') return { ours: 'embedding' };
    if (/^(encoder_dp\.emb|encoder_with_dropout\.embed)\.weight$/.test(encoder))
      return { ours: 'embedding', isTied: true };
    const [, layer, module, kind = '', raw] =
      /^rnns\.(\d+)\.(module\.)?((?:weight|bias)_(?:ih|hh))_l0(_raw)?$/.exec(encoder) ?? [];
    const ours = oursOf(lstm, kind);
    if (layer === undefined || !ours || (!module && !raw) || (raw && ours !== 'weightHh')) return undefined;
    return { ours: `rnn.${Number(layer)}.${ours}`, isDropped: ours === 'weightHh' && !raw };
  }
  if (name === '1.decoder.weight') return { ours: 'embedding', isTied: true };
  if (name === '1.decoder.bias') return { ours: 'decoder.bias' };
  return headMeaning(name);
}

function headMeaning(name: string): Meaning | null | undefined {
  const [, first = '', second, field = ''] = /^1\.layers\.(\d+)(?:\.(\d+|lin|bn))?\.(\w+)$/.exec(name) ?? [];
  if (first === '') return undefined;
  // fastai 2: 1.layers.BLOCK.{0,2}; fastai 1: 1.layers.{0,2,4,6} in one row; before: 1.layers.BLOCK.{bn,lin}.
  const [block, part] =
    second === undefined
      ? [Math.floor(Number(first) / 4), String(Number(first) % 4)]
      : [Number(first), second];
  if (part === '0' || part === 'bn') {
    if (field === 'num_batches_tracked') return null;
    const ours = oursOf(norm, field);
    return ours === undefined ? undefined : { ours: `head.${block}.norm.${ours}` };
  }
  const isLinear = (part === '2' || part === 'lin') && (field === 'weight' || field === 'bias');
  return isLinear ? { ours: `head.${block}.linear.${field}` } : undefined;
}

/**
 * Weights of fastai (2, 1 or the ULMFiT authors' scripts) by this project's names: of a language model, a classifier or
 * a saved encoder. Layouts and values stay as they are; tied tensors come once.
 * @throws UlmfitError `UNKNOWN_WEIGHTS` listing names that mean nothing here, `MISSING_WEIGHTS`, `BAD_WEIGHTS` where shapes
 * contradict each other or tied tensors differ
 * @example
 * const { kind, shape, tensors } = fromFastai(readPytorch('wt103-fwd.pth'));
 * if (kind === 'language-model') console.log(shape.vocabulary, tensors.size);
 */
export function fromFastai(theirs: ReadonlyMap<string, RawTensor>): ImportedWeights {
  const tensors = new Map<string, RawTensor>();
  const later: [string, Meaning, RawTensor][] = [];
  const unknown: string[] = [];
  for (const [name, tensor] of theirs) {
    const meaning = meaningOf(name);
    if (meaning === null) continue;
    if (!meaning) unknown.push(name);
    else if (meaning.isTied || meaning.isDropped) later.push([name, meaning, tensor]);
    else if (tensors.has(meaning.ours))
      throw bad(`${name}: ${meaning.ours} was given by another name already`);
    else tensors.set(meaning.ours, tensor);
  }
  if (unknown.length > 0) {
    throw new UlmfitError(
      'UNKNOWN_WEIGHTS',
      `not weights of an AWD-LSTM language model or classifier: ${some(unknown)}; give such a model`,
    );
  }
  for (const [name, { ours, isTied }, tensor] of later) {
    const known = tensors.get(ours);
    if (!known) tensors.set(ours, tensor);
    else if (isTied && !sameRaw(known, tensor)) {
      throw bad(`${name} differs from the embedding; models with untied weights are not supported`);
    }
  }
  const kind = kindOf(tensors);
  return { kind, shape: weightsShape(kind, tensors), tensors };
}

/**
 * The other way: a state dictionary that `load_state_dict` of the same fastai 2 model takes, with the tied tensors under
 * each of their names. A linear layer's bias in the head, which fastai 2 has not, is written under its PyTorch name.
 * @param ours exactly the weights of one model: nothing missing, nothing else
 * @throws UlmfitError `UNKNOWN_WEIGHTS`, `MISSING_WEIGHTS`, `BAD_WEIGHTS`
 * @example
 * const theirs = toFastai(fromFastai(readPytorch('wt103-fwd.pth')).tensors); // `0.encoder.weight` and so on
 * writeSafetensors('fastai.safetensors', theirs);
 */
export function toFastai(ours: ReadonlyMap<string, RawTensor>): Map<string, RawTensor> {
  const kind = kindOf(ours);
  const { layers, head } = weightsShape(kind, ours);
  const theirs = new Map<string, RawTensor>();
  const left = new Set(ours.keys());
  const move = (from: string, ...to: string[]) => {
    const tensor = ours.get(from);
    if (!tensor) return;
    left.delete(from);
    for (const name of to) theirs.set(name, tensor);
  };
  const encoder = { encoder: '', 'language-model': '0.', classifier: '0.module.' }[kind];
  move('embedding', `${encoder}encoder.weight`, `${encoder}encoder_dp.emb.weight`);
  for (let layer = 0; layer < layers; layer++) {
    for (const [name, their] of lstm) {
      const inner = name === 'weightHh' ? `${their}_l0_raw` : `module.${their}_l0`;
      move(`rnn.${layer}.${name}`, `${encoder}rnns.${layer}.${inner}`);
    }
  }
  if (kind === 'language-model') {
    move('decoder.bias', '1.decoder.bias');
    theirs.set('1.decoder.weight', theirs.get(`${encoder}encoder.weight`) as RawTensor);
  }
  for (let block = 0; block < (head?.length ?? 1) - 1; block++) {
    for (const [name, their] of norm) move(`head.${block}.norm.${name}`, `1.layers.${block}.0.${their}`);
    theirs.set(`1.layers.${block}.0.num_batches_tracked`, {
      dtype: 'I64',
      shape: [],
      data: BigInt64Array.of(0n),
    });
    move(`head.${block}.linear.weight`, `1.layers.${block}.2.weight`);
    move(`head.${block}.linear.bias`, `1.layers.${block}.2.bias`);
  }
  if (left.size > 0) {
    throw new UlmfitError('UNKNOWN_WEIGHTS', `fastai has no place for ${some([...left])} of a ${kind}`);
  }
  return theirs;
}

function kindOf(tensors: ReadonlyMap<string, RawTensor>): WeightsKind {
  const names = [...tensors.keys()];
  const isClassifier = names.some((name) => name.startsWith('head.'));
  if (isClassifier && tensors.has('decoder.bias')) throw bad('it has both a decoder and a classifier head');
  return isClassifier ? 'classifier' : tensors.has('decoder.bias') ? 'language-model' : 'encoder';
}

/** The sizes of weights by this project's names, each checked against the others. */
function weightsShape(kind: WeightsKind, tensors: ReadonlyMap<string, RawTensor>): WeightsShape {
  const layers = countOf(tensors, /^rnn\.(\d+)\./);
  const blocks = countOf(tensors, /^head\.(\d+)\./);
  requireAll(tensors, [
    'embedding',
    ...upTo(Math.max(1, layers)).flatMap((l) => lstm.map(([name]) => `rnn.${l}.${name}`)),
    ...upTo(blocks).flatMap((b) => [
      ...norm.map(([name]) => `head.${b}.norm.${name}`),
      `head.${b}.linear.weight`,
    ]),
  ]);
  const expect = (name: string, ...shape: number[]) => {
    const found = tensors.get(name)?.shape;
    if (found && (found.length !== shape.length || !found.every((d, i) => d === shape[i]))) {
      throw bad(`${name} has the shape ${showShape(found)}, the other weights ask for ${showShape(shape)}`);
    }
  };
  const matrix = (name: string) => {
    const shape = tensors.get(name)?.shape ?? [];
    if (shape.length !== 2) throw bad(`${name} has the shape ${showShape(shape)}, expected a matrix`);
    return shape as readonly [number, number];
  };
  const [vocabulary, embedding] = matrix('embedding');
  const [, hidden] = layers > 1 ? matrix('rnn.0.weightHh') : [0, embedding];
  for (const l of upTo(layers)) {
    const [input, output] = [l === 0 ? embedding : hidden, l === layers - 1 ? embedding : hidden];
    expect(`rnn.${l}.weightIh`, 4 * output, input);
    expect(`rnn.${l}.weightHh`, 4 * output, output);
    expect(`rnn.${l}.biasIh`, 4 * output);
    expect(`rnn.${l}.biasHh`, 4 * output);
  }
  expect('decoder.bias', vocabulary);
  const head = upTo(blocks).map((b) => matrix(`head.${b}.linear.weight`));
  head.forEach(([out, features], b) => {
    const before = b === 0 ? 3 * embedding : head[b - 1]?.[0];
    if (features !== before) {
      throw bad(`head.${b}.linear.weight takes ${features} features, what comes before gives ${before}`);
    }
    for (const [name] of norm) expect(`head.${b}.norm.${name}`, features);
    expect(`head.${b}.linear.bias`, out);
  });
  const sizes = { vocabulary, embedding, hidden, layers };
  return kind === 'classifier' ? { ...sizes, head: [3 * embedding, ...head.map(([out]) => out)] } : sizes;
}

/** One more than the largest number that the pattern finds. */
function countOf(tensors: ReadonlyMap<string, RawTensor>, pattern: RegExp): number {
  const found = [...tensors.keys()].flatMap((name) => pattern.exec(name)?.[1] ?? []);
  const count = Math.max(0, ...found.map((n) => Number(n) + 1));
  if (count > tensors.size) throw bad(`a layer is numbered ${count - 1} among ${tensors.size} tensors`);
  return count;
}

function requireAll(tensors: ReadonlyMap<string, RawTensor>, names: readonly string[]): void {
  const missing = names.filter((name) => !tensors.has(name));
  if (missing.length > 0)
    throw new UlmfitError('MISSING_WEIGHTS', `weights are missing: ${some(missing)}; save the whole model`);
}

const upTo = (n: number) => Array.from({ length: n }, (_, i) => i);

const some = (names: readonly string[]) =>
  names.length > 10
    ? `${names.slice(0, 10).map(showName).join(', ')} and ${names.length - 10} more`
    : names.map(showName).join(', ');

const bad = (what: string) => new UlmfitError('BAD_WEIGHTS', what);
