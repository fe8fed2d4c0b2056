import { tensor, type Rank, type ShapeMap, type Tensor } from '@tensorflow/tfjs-core';
import { randomKey } from '../random-key.js';
import { randomWords } from '../philox.js';
import { normalValues } from '../random-values.js';

/** The newest draws: a case computes several times of the same. */
const drawn = new Map<string, Float32Array>();
const KEPT = 16;

/** Normal numbers that are a function of the seed and the name. */
export function normal<R extends Rank>(
  shape: ShapeMap[R],
  seed: number,
  stream: string,
  deviation?: number,
): Tensor<R>;
export function normal(shape: readonly number[], seed: number, stream: string, deviation?: number): Tensor;
export function normal<R extends Rank>(
  shape: ShapeMap[R],
  seed: number,
  stream: string,
  deviation = 1,
): Tensor<R> {
  const size = (shape as readonly number[]).reduce((a, b) => a * b, 1);
  const name = [size, seed, stream, deviation].join();
  const values =
    drawn.get(name) ??
    Float32Array.from(normalValues(size, randomKey({ seed, stream })), (x) => x * deviation);
  drawn.set(name, values);
  const [oldest] = drawn.keys();
  if (drawn.size > KEPT && oldest !== undefined) drawn.delete(oldest);
  // The tensor may write in its memory.
  return tensor<R>(values.slice(), shape, 'float32');
}

/** Whole numbers from `from` to `to`, a function of the stream, one after the other. */
export function integers(stream: string): (from: number, to: number) => number {
  const words = randomWords(4096, randomKey({ seed: 11, stage: 'conformance', stream }));
  let next = 0;
  return (from, to) => from + ((words[next++ % words.length] ?? 0) % (to - from + 1));
}
