import { dispose, type Tensor } from '@tensorflow/tfjs-core';
import { accuracy, createClassifier } from '@ulmfit/awd-lstm';
import { bundleFileBytes } from '@ulmfit/checkpoint';
import { discriminativeRates, freezeTo } from '@ulmfit/discriminative';
import { bundleOfClassifier, plainDecision } from '@ulmfit/inference';
import { adam, clipGlobalNorm } from '@ulmfit/optimizers';
import { classifierDropouts } from '@ulmfit/regularizers';
import { oneCyclePolicy } from '@ulmfit/schedulers';
import { buildVocabulary, classifierLoader, TokenCorpusBuilder, tokenizerNamed } from '@ulmfit/text';
import { checkpointing, createTrainer, type CheckpointStore, type TrainingPlugin } from '@ulmfit/trainer';

export interface Line {
  readonly text: string;
  readonly label: string;
}

export interface Progress {
  readonly stage: string;
  readonly step: number;
  readonly steps: number;
  /** Updates of the whole training, of which `steps` are this stage's. */
  readonly updates: number;
  readonly loss: number;
}

export interface TrainOptions {
  /** Where to go on from, and to save: `indexedDbStore(name)`. */
  readonly store: CheckpointStore;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

/** A model file, and how much of its own lines it gets right; undefined where the signal ended it before it was done. */
export type Trained =
  { readonly file: Uint8Array; readonly accuracy: number; readonly loss: number } | undefined;

/** Trains a small classifier on a visitor's own lines: the head first, then all of it. */
export async function trainOnLines(
  lines: readonly Line[],
  { store, signal, onProgress }: TrainOptions,
): Promise<Trained> {
  const tokenizer = tokenizerNamed('fastai');
  const documents = lines.map(({ text }) => tokenizer.tokenize(text));
  const vocabulary = buildVocabulary(documents, { minCount: 1 });
  const corpus = new TokenCorpusBuilder();
  for (const tokens of documents) corpus.add(tokens);
  const classes = [...new Set(lines.map(({ label }) => label))].sort();
  const labels = lines.map(({ label }) => classes.indexOf(label));
  const loading = { batchSize: 10, window: 16, seed: 1 };
  const built = corpus.build(vocabulary);
  const train = classifierLoader(built, labels, { ...loading, shuffle: true });
  const validate = classifierLoader(built, labels, loading);

  const sizes = { vocabulary: vocabulary.size, embedding: 32, hidden: 48, layers: 2 };
  const model = createClassifier({ ...sizes, classes: classes.length, window: 16 }, { seed: 1 });
  const trainer = createTrainer({
    model,
    optimizer: adam(),
    seed: 1,
    metrics: [accuracy],
    plugins: [...classifierDropouts({ preset: 'paper', multiplier: 0.3 }), clipGlobalNorm(1)],
  });
  const saving = checkpointing({ store, everySeconds: 5 });
  const fits = [
    { stage: 'head', epochs: 2, lr: 1e-2, plugins: [freezeTo(-1)] },
    { stage: 'all', epochs: 12, lr: 1e-2, plugins: [freezeTo(0), discriminativeRates({ divisor: 1.2 })] },
  ];
  const updates = train.batches(0) * fits.reduce((sum, { epochs }) => sum + epochs, 0);
  const progress: TrainingPlugin = {
    name: 'progress',
    afterBatch: ({ stage, step, steps, last }) =>
      onProgress?.({ stage, step, steps, updates, loss: last['loss'] ?? NaN }),
  };
  try {
    const newest = (await store.list()).at(-1);
    if (newest) {
      const state = await store.load(newest.name);
      trainer.loadStateDict(state);
      dispose(Object.values<Tensor>(state.tensors));
    }
    const first = Math.max(
      0,
      fits.findIndex(({ stage }) => stage === newest?.stage),
    );
    for (const { plugins, ...fit } of fits.slice(first)) {
      const all = [...plugins, oneCyclePolicy(), progress, saving];
      const { end } = await trainer.fit({ ...fit, train, validate, plugins: all, ...(signal && { signal }) });
      if (end === 'interrupted') return undefined; // saved: call it again, with the same store
    }
    const values = trainer.history.at(-1)?.values ?? {};
    const classifier = { model, vocabulary, classes, backwards: false };
    const bundle = bundleOfClassifier({ classifier, tokenizer, decision: plainDecision });
    const file = await bundleFileBytes(bundle);
    return { file, accuracy: values['valid/accuracy'] ?? NaN, loss: values['valid/loss'] ?? NaN };
  } finally {
    trainer.dispose();
    model.dispose();
  }
}
