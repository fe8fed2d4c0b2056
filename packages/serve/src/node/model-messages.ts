import type { Explanation, Prediction } from '@ulmfit/inference';

/** What a server says to its model's process. */
export type ToModel =
  | { readonly load: unknown }
  | { readonly id: number; readonly texts: readonly string[] }
  | { readonly id: number; readonly explain: string; readonly classes: readonly string[] | undefined }
  | { readonly cancel: number };

/** An error that goes from one process to the other. */
export interface SentError {
  /** Of an `UlmfitError`; any other is a bug, with its stack as its message. */
  readonly code?: string;
  readonly message: string;
}

/** What a model's process says to its server. */
export type FromModel =
  | {
      readonly loaded: {
        readonly classes: readonly string[];
        readonly multiLabel: boolean;
        readonly explains: boolean;
      };
      readonly memory: number;
    }
  | { readonly failed: SentError }
  | { readonly id: number; readonly predictions: readonly (Prediction | null)[]; readonly memory: number }
  | { readonly id: number; readonly explanation: Explanation; readonly memory: number }
  | { readonly id: number; readonly error: SentError };
