import { UlmfitError } from '@ulmfit/errors';
import type { LoadingProgress } from '../model-source.js';

/** What the page asks of the worker, each with a number that its answers have too. */
export type Request =
  | { readonly id: number; readonly call: 'load'; readonly given: readonly [source: unknown] }
  | {
      readonly id: number;
      readonly call: 'predict' | 'explain' | 'generate';
      readonly given: readonly unknown[];
    }
  /** The next piece of what `generate` gives, and its end. */
  | { readonly id: number; readonly call: 'next'; readonly stream: number }
  | { readonly id: number; readonly call: 'return'; readonly stream: number }
  | { readonly id: number; readonly call: 'abort' };

/** What is known of a model without it. */
export type ModelFace =
  | { readonly kind: 'classifier'; readonly classes: readonly string[]; readonly multiLabel: boolean }
  | { readonly kind: 'language-model' };

/** What the worker answers. */
export type Answer =
  | { readonly id: number; readonly type: 'done'; readonly value: unknown }
  | { readonly id: number; readonly type: 'failed'; readonly error: PlainError }
  | { readonly id: number; readonly type: 'progress'; readonly progress: LoadingProgress }
  | { readonly id: number; readonly type: 'warning'; readonly message: string };

/** An error as it can be sent. */
export interface PlainError {
  readonly name: string;
  readonly message: string;
  /** Of an `UlmfitError`. */
  readonly code?: string;
}

export function plainError(error: unknown): PlainError {
  if (error instanceof UlmfitError) return { name: error.name, message: error.message, code: error.code };
  if (error instanceof Error) return { name: error.name, message: error.message };
  return { name: 'Error', message: String(error) };
}

export function errorOf({ name, message, code }: PlainError): Error {
  if (code !== undefined) return new UlmfitError(code, message);
  const error = new Error(message);
  error.name = name;
  return error;
}
