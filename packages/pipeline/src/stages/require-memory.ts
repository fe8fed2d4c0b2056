import { layerUnits, layerWeights } from '@ulmfit/awd-lstm';
import { UlmfitError } from '@ulmfit/errors';
import type { Recipe } from '../recipe/recipe.js';
import { memoryLimit, type MemoryLimit } from './memory-limit.js';

/** What decides how much memory training takes. */
export interface TrainingSizes {
  readonly encoder: Recipe['encoder'];
  /** Words. */
  readonly vocabulary: number;
  /** Texts or streams that a step reads at once. */
  readonly batchSize: number;
  /** Tokens of each. */
  readonly window: number;
}

/** Bytes that training takes at least. */
export interface TrainingMemory {
  /** The weights with their gradients and Adam's two moments. */
  readonly weights: number;
  /** What a step keeps for its backward pass. */
  readonly activations: number;
}

const FLOAT = 4;

/** A lower bound: what a backend needs beside it is left out. */
export function trainingMemory({ encoder, vocabulary, batchSize, window }: TrainingSizes): TrainingMemory {
  const { embedding } = encoder;
  const units = layerUnits(encoder);
  // Each unit has eight biases.
  const parameters = vocabulary * embedding + layerWeights(encoder) + 8 * units;
  // Four gates, the cell and the output.
  const perToken = embedding + 6 * units;
  return {
    weights: 4 * parameters * FLOAT,
    activations: batchSize * window * perToken * FLOAT,
  };
}

/**
 * Refuses what would not fit in memory before any of it is taken.
 * @param what whose sizes they are, such as `finetune`
 * @throws UlmfitError `TOO_LARGE`
 */
export function requireMemory(what: string, sizes: TrainingSizes, limit: MemoryLimit = memoryLimit()): void {
  const { weights, activations } = trainingMemory(sizes);
  if (weights + activations <= limit.bytes) return;
  const { embedding, hidden, layers } = sizes.encoder;
  throw new UlmfitError(
    'TOO_LARGE',
    `${what}: embedding ${embedding}, hidden ${hidden}, layers ${layers} and ${sizes.vocabulary} words take ${gigabytes(weights)} for weights, gradients and optimizer, ` +
      `and batches of ${sizes.batchSize} by ${sizes.window} tokens ${gigabytes(activations)}; ${limit.of} has ${gigabytes(limit.bytes)}: choose smaller sizes`,
  );
}

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(2)} GB`;
