import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memory } from '@tensorflow/tfjs-core';
import { createClassifier } from '@ulmfit/awd-lstm';
import { nativeTensorCount } from '@ulmfit/backend-node';
import { sampleImdb } from '@ulmfit/data-imdb';
import {
  loadClassifier,
  plainDecision,
  saveClassifier,
  tokenized,
  trainLanguageModel,
  type Recipe,
} from '@ulmfit/pipeline';
import { buildVocabulary, fastaiTokenizer } from '@ulmfit/text';
import type { TrainingPlugin } from '@ulmfit/trainer';
import { fullRateRecipe } from '../full-rate-recipe.js';

/** What a process holds at one moment. */
export interface Sample {
  readonly work: 'training' | 'predicting';
  /** Steps or texts so far. */
  readonly done: number;
  /** Resident memory, in megabytes. */
  readonly resident: number;
  /** What of it the process has allocated: the rest are mapped files, such as TensorFlow's library, which come and go. */
  readonly allocated: number;
  /** The heap and the buffers of JavaScript. */
  readonly heap: number;
  readonly buffers: number;
  /** Tensors that tfjs knows of, and those that TensorFlow holds. */
  readonly tensors: number;
  readonly native: number | undefined;
}

export interface SoakOptions {
  readonly steps: number;
  readonly predictions: number;
  /** How many samples are taken of each work, evenly spread. */
  readonly samples: number;
  readonly onSample?: (sample: Sample) => void;
}

/** As many epochs as the steps need, at a rate that lasts. */
const recipe: Recipe = {
  ...fullRateRecipe,
  languageModel: {
    ...fullRateRecipe.languageModel,
    pretrain: { epochs: 100_000, lr: 1e-3, dropoutMultiplier: 1, divisor: 2.6 },
  },
};

/**
 * Trains a tiny language model for so many steps, then has a tiny classifier predict so many texts, all in this process
 * and on the backend that runs. Samples are taken at the same point of the work each time.
 */
export async function soak(options: SoakOptions): Promise<Sample[]> {
  const samples: Sample[] = [];
  const take = (work: Sample['work'], done: number) => {
    const sample = sampleNow(work, done);
    samples.push(sample);
    options.onSample?.(sample);
  };
  const tokenizer = fastaiTokenizer();
  const texts = sampleImdb({ seed: 1, train: 40 }).map((review) => review.text);
  const builder = await tokenized(texts, tokenizer);
  const vocabulary = buildVocabulary(builder.counts(), { maxWords: 400, minCount: 2 });
  const all = builder.build(vocabulary);
  const rows = (from: number, to: number) =>
    all.subset(Array.from({ length: to - from }, (_, i) => from + i));

  let step = 0;
  const every = Math.ceil(options.steps / options.samples);
  let due = false;
  const watch: TrainingPlugin = {
    name: 'soak',
    enforce: 'post',
    afterBatch: (ctx) => {
      step++;
      due ||= step % every === 0;
      // Not the last of an epoch, after which no batch is there already.
      if (due && ctx.batch > 1 && ctx.batch < ctx.batches) {
        due = false;
        take('training', step);
      }
      if (step >= options.steps && !due) ctx.stop('fit', 'it has run long enough');
    },
  };
  const data = { valid: rows(0, 3), train: rows(3, 40), vocabulary };
  const trained = await trainLanguageModel({ stage: 'pretrain', recipe, data, seed: 1, plugins: [watch] });
  trained.model.dispose();

  const folder = mkdtempSync(join(tmpdir(), 'ulmfit-soak-'));
  try {
    const model = createClassifier({
      ...recipe.encoder,
      vocabulary: vocabulary.size,
      classes: 2,
      window: 40,
    });
    saveClassifier(folder, {
      classifier: { model, vocabulary, classes: ['neg', 'pos'], backwards: false },
      tokenizer,
      decision: plainDecision,
    });
    model.dispose();
    const classifier = await loadClassifier(folder);
    const shorter = texts.map((text, i) =>
      text
        .split(' ')
        .slice(0, 1 + ((i * 7) % 60))
        .join(' '),
    );
    const each = Math.ceil(options.predictions / options.samples);
    const batch = 10;
    for (let done = 0, next = each; done < options.predictions;) {
      await classifier.predict(
        Array.from({ length: batch }, (_, i) => shorter[(done + i * i) % texts.length] as string),
      );
      done += batch;
      if (done < next) continue;
      next += each;
      take('predicting', done);
    }
    classifier.dispose();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return samples;
}

function sampleNow(work: Sample['work'], done: number): Sample {
  // What nobody holds any more must not count. Without --expose-gc it does, and only tensors can be compared.
  globalThis.gc?.();
  globalThis.gc?.();
  const { rss, heapUsed, external } = process.memoryUsage();
  const megabytes = (bytes: number) => bytes / 2 ** 20;
  // Only Linux tells them apart.
  const status = existsSync('/proc/self/status') ? readFileSync('/proc/self/status', 'utf8') : '';
  const anonymous = /^RssAnon:\s*(\d+) kB$/m.exec(status)?.[1];
  return {
    work,
    done,
    resident: megabytes(rss),
    allocated: megabytes(anonymous === undefined ? rss : Number(anonymous) * 1024),
    heap: megabytes(heapUsed),
    buffers: megabytes(external),
    tensors: memory().numTensors,
    native: nativeTensorCount(),
  };
}
