import type { Explanation, Prediction } from '@ulmfit/inference';
import type { ServedModel } from './served-model.js';

export interface FakeModel extends ServedModel {
  /** The texts of each batch. */
  readonly batches: (readonly string[])[];
  readonly disposed: boolean;
  /** Batches that were begun and given up. */
  readonly cancelled: number;
  /** Ends the model, as the death of its process does. */
  die(reason: Error): void;
}

interface FakeOptions {
  /** What it calls every text. */
  readonly label?: string;
  /** What a batch waits for. */
  readonly until?: (texts: readonly string[], signal: AbortSignal) => Promise<void>;
}

export const prediction = (label: string): Prediction => ({
  label,
  probability: 1,
  labels: [label],
  probabilities: { [label]: 1 },
});

/** What a model says of a text: every word speaks for each class by its length. */
export function explanation(text: string, classes: readonly string[]): Explanation {
  const tokens = [...text.matchAll(/\S+/g)].map(({ 0: token, index: start }) => ({
    ...{ token, start, end: start + token.length },
  }));
  const contributions = tokens.map(({ token }) => token.length);
  const logit = contributions.reduce((sum, each) => sum + each, 0);
  return {
    ...{
      text,
      prediction: prediction(classes[0] ?? ''),
      method: 'integrated-gradients',
      of: 'neural',
      tokens,
    },
    classes: classes.map((label) => ({ label, logit, baseline: 0, contributions, gap: 0, isComplete: true })),
    ...{ steps: 7, context: 0 },
  };
}

/** A model that says its label of each text. */
export function fakeModel({ label = 'bill', until }: FakeOptions = {}): FakeModel {
  const batches: (readonly string[])[] = [];
  let disposed = false;
  let cancelled = 0;
  let die: (reason: Error) => void = () => undefined;
  return {
    classes: [label],
    multiLabel: false,
    ended: new Promise((resolve) => (die = resolve)),
    batches,
    get disposed() {
      return disposed;
    },
    get cancelled() {
      return cancelled;
    },
    die: (reason) => die(reason),
    async *classify(texts, { signal }) {
      if (disposed) throw new Error('used after it was disposed');
      batches.push(texts);
      await until?.(texts, signal);
      if (signal.aborted) cancelled++;
      signal.throwIfAborted();
      for (const text of texts) yield /\S/.test(text) ? prediction(label) : null;
    },
    explain: async (text, { classes = [label], signal }) => {
      if (disposed) throw new Error('used after it was disposed');
      batches.push([`explain ${text}`]);
      await until?.([text], signal);
      signal.throwIfAborted();
      return explanation(text, classes);
    },
    dispose: () => {
      disposed = true;
    },
  };
}

/** A promise with its end in hand. */
export function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

/** What a client sends to classify texts. */
export const classifyRequest = (body: unknown, init: RequestInit = {}): Request =>
  new Request('http://localhost/classify', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...init,
  });

/** Lets everything go on that waits for nothing. */
export const turn = (milliseconds = 0): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));
