import { slice, tensor2d } from '@tensorflow/tfjs-core';
import { requireInteger, requireThat, UlmfitError } from '@ulmfit/errors';
import { randomKey, requireSeed, uniformValues } from '@ulmfit/kernels';
import { Detokenizer } from '@ulmfit/text';
import { CarriedStates, inferencePass, yieldToEvents } from '@ulmfit/trainer';
import { beamSearch } from './beam-search.js';
import type { ReadingLanguageModel } from './decided-classifier.js';
import { finiteLogits, marksOf } from './generated-tokens.js';
import { nextToken, samplingOf, type SamplingOptions } from './next-token.js';

export interface GenerateOptions extends SamplingOptions {
  /** Tokens at most: words, punctuation and marks of case. Default 100. */
  readonly tokens?: number | undefined;
  /** Draws the words: an integer from 0 to 2^32 - 1; the same gives the same text. Default 0. */
  readonly seed?: number | undefined;
  /** Ends the text before the first of these, such as `\n` or a word. */
  readonly stop?: readonly string[] | undefined;
  /**
   * Searches for the likeliest text rather than drawing one: so many beginnings are followed at once, from 1 to 64, and the text comes whole, at
   * the end. The options that draw, and the seed, have no part in it then.
   */
  readonly beam?: number | undefined;
  /** For a beam: longer texts are favoured, from 0 (none) to 2. Default 0.7. */
  readonly lengthPenalty?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Tokens of a prompt that are read at once. */
const WINDOW = 256;

/**
 * Continues a text word by word. States are carried, so a word costs one step however long the text is.
 * The unknown word is never drawn, and the start-of-document token ends the text.
 * @param prompt how the text begins; may be empty
 * @returns what comes after the prompt, piece by piece
 * @throws UlmfitError `BAD_OPTION`, `BAD_SEED`, `OTHER_DIRECTION` for a model that reads backwards, `BAD_WEIGHTS`; the signal's reason
 * @example
 * const model = languageModelFromBundle(readBundle('runs/mine/finetune'), 'my model');
 * for await (const piece of generateText(model, 'The film was', { tokens: 20, seed: 1 })) process.stdout.write(piece);
 */
export async function* generateText(
  parts: ReadingLanguageModel,
  prompt: string,
  { tokens = 100, seed = 0, stop = [], beam, lengthPenalty = 0.7, signal, ...options }: GenerateOptions = {},
): AsyncGenerator<string, void> {
  const { model, vocabulary, tokenizer, backwards } = parts;
  requireThat('generate: prompt', prompt, typeof prompt === 'string', 'a text');
  requireInteger('generate: tokens', tokens);
  requireSeed(seed);
  const sampling = samplingOf(options);
  if (backwards) {
    throw new UlmfitError(
      'OTHER_DIRECTION',
      'generate: the model reads from the last word to the first; give one that reads forwards',
    );
  }
  if (beam !== undefined) {
    const text = await beamSearch(parts, prompt, { tokens, stop, beam, lengthPenalty, signal });
    if (text !== '') yield text;
    return;
  }
  const { ends, excluded } = marksOf(vocabulary.itos);
  const carried = new CarriedStates();
  /** Reads ids, and gives the logits of what comes next. */
  const read = (ids: readonly number[]): Promise<Float32Array> => {
    const logits = inferencePass((pass) => {
      const window = tensor2d([...ids], [1, ids.length], 'int32');
      const { hidden } = model.forward({ ids: window, targets: window }, pass);
      const [time, , features] = hidden.shape;
      const last = slice(hidden, [time - 1, 0, 0], [1, 1, features]);
      return model.logits({ hidden: last });
    }, carried);
    return finiteLogits(logits);
  };
  const detokenizer = new Detokenizer({ english: tokenizer.name === 'fastai' });
  try {
    const begun = tokenizer.tokenize(prompt);
    for (const token of begun) detokenizer.push(token);
    const given = vocabulary.encode(begun);
    let logits: Float32Array = new Float32Array(0);
    for (let at = 0; at < given.length; at += WINDOW) {
      signal?.throwIfAborted();
      logits = await read(Array.from(given.slice(at, at + WINDOW)));
      await yieldToEvents();
    }
    const held = new StopWatch(stop);
    for (let step = 0; step < tokens; step++) {
      signal?.throwIfAborted();
      const [random = 0] = uniformValues(1, 0, 1, randomKey({ seed, stream: 'generate', step }));
      const id = nextToken(logits, sampling, excluded, random);
      if (ends.has(id)) break;
      const piece = held.push(detokenizer.push(vocabulary.itos[id] ?? ''));
      if (piece !== '') yield piece;
      if (held.isStopped) return;
      if (step + 1 < tokens) logits = await read([id]);
      await yieldToEvents();
    }
    const rest = held.rest();
    if (rest !== '') yield rest;
  } finally {
    carried.reset();
  }
}

/** Holds back what may be the beginning of a word that ends the text. */
class StopWatch {
  readonly #stops: readonly string[];
  #held = '';
  isStopped = false;

  constructor(stops: readonly string[]) {
    this.#stops = stops.filter((stop) => stop !== '');
  }

  /** What can be given of the text by now. */
  push(piece: string): string {
    this.#held += piece;
    const found = this.#stops.map((stop) => this.#held.indexOf(stop)).filter((at) => at >= 0);
    if (found.length > 0) {
      this.isStopped = true;
      return this.#held.slice(0, Math.min(...found));
    }
    const kept = this.#stops.reduce((most, stop) => Math.max(most, overlap(this.#held, stop)), 0);
    const given = this.#held.slice(0, this.#held.length - kept);
    this.#held = this.#held.slice(given.length);
    return given;
  }

  rest(): string {
    return this.#held;
  }
}

/** How much of a text's end is a beginning of `word`. */
function overlap(text: string, word: string): number {
  for (let length = Math.min(word.length - 1, text.length); length > 0; length--)
    if (text.endsWith(word.slice(0, length))) return length;
  return 0;
}
