import { awdLstmMemory, type EncoderMemory } from '@ulmfit/awd-lstm';
import { UlmfitError } from '@ulmfit/errors';
import type { Recipe } from '../recipe/recipe.js';
import { memoryLimit, type MemoryLimit } from './memory-limit.js';

/** What decides how much memory training takes. */
export interface TrainingSizes {
  /** The encoder's sizes as messages tell them: `embedding 400, hidden 1152, layers 3`. */
  readonly encoder: string;
  readonly memory: EncoderMemory;
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

/** Of the sizes of AWD-LSTM. */
export const awdLstmSizes = (
  { embedding, hidden, layers }: Recipe['encoder'],
  vocabulary: number,
): Pick<TrainingSizes, 'encoder' | 'memory'> => ({
  encoder: `embedding ${embedding}, hidden ${hidden}, layers ${layers}`,
  memory: awdLstmMemory({ embedding, hidden, layers, vocabulary }),
});

/** A lower bound: what a backend needs beside it is left out. */
export const trainingMemory = ({
  memory,
  batchSize,
  window,
}: Pick<TrainingSizes, 'memory' | 'batchSize' | 'window'>): TrainingMemory => ({
  weights: 4 * memory.parameters * FLOAT,
  activations: batchSize * window * memory.perToken * FLOAT,
});

/**
 * Refuses what would not fit in memory before any of it is taken.
 * @param what whose sizes they are, such as `finetune`
 * @throws UlmfitError `TOO_LARGE`
 */
export function requireMemory(what: string, sizes: TrainingSizes, limit: MemoryLimit = memoryLimit()): void {
  const { weights, activations } = trainingMemory(sizes);
  if (weights + activations <= limit.bytes) return;
  throw new UlmfitError(
    'TOO_LARGE',
    `${what}: ${sizes.encoder} and ${sizes.vocabulary} words take ${gigabytes(weights)} for weights, gradients and optimizer, ` +
      `and batches of ${sizes.batchSize} by ${sizes.window} tokens ${gigabytes(activations)}; ${limit.of} has ${gigabytes(limit.bytes)}: choose smaller sizes`,
  );
}

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(2)} GB`;
