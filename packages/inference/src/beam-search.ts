import { dispose, gather, slice, tensor1d, tensor2d, tidy, type Tensor2D } from '@tensorflow/tfjs-core';
import type { EncoderStates } from '@ulmfit/awd-lstm';
import { requireInteger, requireThat } from '@ulmfit/errors';
import { Detokenizer } from '@ulmfit/text';
import { inferencePass, yieldToEvents } from '@ulmfit/trainer';
import type { ReadingLanguageModel } from './decided-classifier.js';
import { finiteLogits, marksOf } from './generated-tokens.js';

export interface BeamSearchOptions {
  readonly tokens: number;
  readonly stop: readonly string[];
  /** Beginnings that are followed at once, from 1 to 64. */
  readonly beam: number;
  /** From 0 to 2. */
  readonly lengthPenalty: number;
  readonly signal?: AbortSignal | undefined;
}

/** Tokens of a prompt that are read at once. */
const WINDOW = 256;

/** A text under way. */
interface Hypothesis {
  readonly ids: readonly number[];
  /** The sum of its words' log probabilities. */
  readonly score: number;
  /** Its row among those that were read. */
  readonly row: number;
}

/**
 * The likeliest text after a prompt, by a beam (Graves 2012), its score divided by its length to the power `lengthPenalty` as in Wu et al.
 * 2016, equation 14. Nothing is drawn, so it is the same at each time; of equals the one with the smaller ids.
 * @throws UlmfitError `BAD_OPTION`, `BAD_WEIGHTS`; the signal's reason
 */
export async function beamSearch(
  { model, vocabulary, tokenizer }: ReadingLanguageModel,
  prompt: string,
  { tokens, stop, beam, lengthPenalty, signal }: BeamSearchOptions,
): Promise<string> {
  requireInteger('generate: beam', beam, { to: 64 });
  requireThat(
    'generate: lengthPenalty',
    lengthPenalty,
    lengthPenalty >= 0 && lengthPenalty <= 2,
    'from 0 to 2',
  );
  const { ends, excluded } = marksOf(vocabulary.itos);
  const { encoder } = model;
  const begun = tokenizer.tokenize(prompt);
  const stops = stop.filter((each) => each !== '');
  /** What ids add to the prompt, up to what ends it. */
  const textOf = (ids: readonly number[]): { readonly text: string; readonly isStopped: boolean } => {
    const detokenizer = new Detokenizer({ english: tokenizer.name === 'fastai' });
    for (const token of begun) detokenizer.push(token);
    const text = ids.map((id) => detokenizer.push(vocabulary.itos[id] ?? '')).join('');
    const found = stops.map((each) => text.indexOf(each)).filter((at) => at >= 0);
    return { text: found.length > 0 ? text.slice(0, Math.min(...found)) : text, isStopped: found.length > 0 };
  };
  const normalized = (score: number, length: number) => score / ((5 + length) / 6) ** lengthPenalty;

  let states: EncoderStates = encoder.initialStates(1);
  /** Reads ids `[rows][time]` from the states, and gives the log probabilities of what comes next. */
  const read = async (ids: readonly (readonly number[])[]): Promise<Float32Array[]> => {
    const before = states;
    const { logits, after } = inferencePass((pass) => {
      const window = tensor2d(
        ids.map((row) => [...row]),
        undefined,
        'int32',
      );
      const made = encoder.run(window, before, pass);
      const [time, rows, features] = made.output.shape;
      const last = slice(made.output, [time - 1, 0, 0], [1, rows, features]);
      return {
        logits: model.logits({ hidden: last }),
        after: Object.fromEntries(Object.entries(made.states).map(([name, state]) => [name, state.clone()])),
      };
    });
    states = after;
    dispose(Object.values(before));
    const all = await finiteLogits(logits);
    const width = all.length / ids.length;
    return ids.map((_, row) => logProbabilities(all.subarray(row * width, (row + 1) * width)));
  };
  try {
    let rows: Float32Array[] = [];
    const given = Array.from(vocabulary.encode(begun));
    for (let at = 0; at < given.length; at += WINDOW) {
      signal?.throwIfAborted();
      rows = await read([given.slice(at, at + WINDOW)]);
      await yieldToEvents();
    }
    // Of a tokenizer that marks no beginning, nothing was read.
    if (rows.length === 0) return '';
    let live: Hypothesis[] = [{ ids: [], score: 0, row: 0 }];
    let best: { readonly text: string; readonly score: number } | undefined;
    const settle = (ids: readonly number[], score: number, length: number) => {
      const own = normalized(score, length);
      if (best === undefined || own > best.score) best = { text: textOf(ids).text, score: own };
    };
    for (let step = 1; live.length > 0; step++) {
      signal?.throwIfAborted();
      const next: Hypothesis[] = [];
      for (const { from, id, score } of followUps(live, rows, excluded, beam + ends.size)) {
        if (next.length === beam) break;
        if (ends.has(id)) settle(from.ids, score, step);
        else {
          const ids = [...from.ids, id];
          if (step === tokens || (stops.length > 0 && textOf(ids).isStopped)) settle(ids, score, step);
          else next.push({ ids, score, row: from.row });
        }
      }
      // A score only falls from here on: none can come up to the best any more.
      const bar = best?.score ?? -Infinity;
      live = step === tokens ? [] : next.filter(({ score }) => normalized(score, tokens) > bar);
      if (live.length === 0) break;
      states = rowsOfStates(
        states,
        live.map(({ row }) => row),
      );
      rows = await read(live.map(({ ids }) => [ids.at(-1) as number]));
      live = live.map((each, row) => ({ ...each, row }));
      await yieldToEvents();
    }
    return best?.text ?? '';
  } finally {
    dispose(Object.values(states));
  }
}

interface FollowUp {
  readonly from: Hypothesis;
  readonly id: number;
  readonly score: number;
}

/** The likeliest words after each text, `most` each, the likeliest texts first. */
function followUps(
  live: readonly Hypothesis[],
  rows: readonly Float32Array[],
  excluded: ReadonlySet<number>,
  most: number,
): FollowUp[] {
  const all = live.flatMap((from) => {
    const row = rows[from.row] as Float32Array;
    const ids = Array.from(row.keys()).filter((id) => !excluded.has(id));
    ids.sort((a, b) => (row[b] as number) - (row[a] as number));
    return ids.slice(0, most).map((id) => ({ from, id, score: from.score + (row[id] as number) }));
  });
  return all.sort((a, b) => b.score - a.score);
}

/** States of some rows, instead of those given. */
function rowsOfStates(states: EncoderStates, rows: readonly number[]): EncoderStates {
  const picked = tidy(() => {
    const places = tensor1d([...rows], 'int32');
    return Object.fromEntries(
      Object.entries(states).map(([name, state]) => [name, gather(state as Tensor2D, places)]),
    );
  });
  dispose(Object.values(states));
  return picked;
}

function logProbabilities(logits: Float32Array): Float32Array {
  const highest = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  const total = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - highest), 0)) + highest;
  return logits.map((logit) => logit - total);
}
