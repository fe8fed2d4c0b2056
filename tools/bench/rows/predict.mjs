import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClassifier } from '@ulmfit/awd-lstm';
import { loadClassifier, plainDecision, saveClassifier } from '@ulmfit/pipeline';
import { fastaiTokenizer, specialTokens, Vocabulary } from '@ulmfit/text';
import { multiplicationsPerToken } from '../sizes.mjs';
import { median } from '../statistics.mjs';
import { startEngine } from './start-engine.mjs';
import { stopwatch } from './stopwatch.mjs';

/**
 * One text from its string to its probabilities, by a classifier loaded from its bundle; at several lengths, of which the
 * first is the row's.
 * @param {import('../job.mjs').Job} job
 * @returns {Promise<Omit<import('../job.mjs').Measured, 'peakMegabytes'>>}
 */
export async function measure(job) {
  await startEngine(job);
  const { size, warmup, steps } = job;
  const tokenizer = fastaiTokenizer();
  const words = inventedWords(size.encoder.vocabulary - specialTokens.length);
  const folder = mkdtempSync(join(tmpdir(), 'ulmfit-bench-'));
  try {
    const model = createClassifier({ ...size.encoder, window: 72, classes: 2 }, { seed: 1 });
    const vocabulary = new Vocabulary([...specialTokens, ...words]);
    saveClassifier(folder, {
      classifier: { model, vocabulary, classes: ['neg', 'pos'], backwards: false },
      tokenizer,
      decision: plainDecision,
    });
    model.dispose();
    const classifier = await loadClassifier(folder);
    const measured = [];
    for (const [i, length] of size.predicted.entries()) {
      // The longer ones only show that the cost grows with the length, and no faster.
      const [before, calls] = i === 0 ? [warmup, steps] : [1, Math.min(3, steps)];
      // xxbos stands before the words.
      const text = Array.from({ length: length - 1 }, (_, i) => words[(i * 7) % words.length]).join(' ');
      const watch = stopwatch(job);
      for (let call = 0; call < before + calls; call++) {
        watch.start();
        await classifier.predict([text]);
        watch.stop();
      }
      measured.push({ tokens: tokenizer.tokenize(text).length, seconds: watch.seconds.slice(before) });
    }
    const { seconds, tokens } = measured[0];
    return {
      seconds,
      tokens,
      multiplications: tokens * multiplicationsPerToken(size, { decoder: false }),
      lengths: measured.map((each) => ({ tokens: each.tokens, milliseconds: median(each.seconds) * 1e3 })),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Words of three syllables, no two alike. @param {number} count */
function inventedWords(count) {
  const syllables = [...'bdfgklmnprstv'].flatMap((consonant) =>
    [...'aeiou'].map((vowel) => consonant + vowel),
  );
  const n = syllables.length;
  return Array.from({ length: count }, (_, i) =>
    [i % n, Math.floor(i / n) % n, Math.floor(i / n / n) % n].map((place) => syllables[place]).join(''),
  );
}
