import { countWords, type TextSource } from '@ulmfit/text';
import { sampleCorpus } from './sample-corpus.js';
import { SAMPLE_SEED } from './sample-seed.js';

export interface SampleTextOptions {
  /** Stop after the document with which this many white-space separated words are reached. Default: all. */
  readonly words?: number | undefined;
}

/**
 * The invented general text that comes with the code: 200 short documents.
 * @example
 * await run({ folder: 'runs/sample', corpus: sampleText({ words: 500 }), recipe, stages: ['pretrain'] });
 */
export const sampleText = ({ words }: SampleTextOptions = {}): TextSource => ({
  name: 'the embedded sample',
  settings: { kind: 'sample', ...(words === undefined ? {} : { words }) },
  documents: () => upTo(words, sampleCorpus({ seed: SAMPLE_SEED, documents: 200 })),
  fingerprint: async () => {
    const texts = JSON.stringify([...upTo(words, sampleCorpus({ seed: SAMPLE_SEED, documents: 200 }))]);
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(texts));
    return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
  },
});

/** The first documents, up to the one with which so many words are reached: what `readCorpus` does with a file. */
function* upTo(words: number | undefined, documents: readonly string[]): Generator<string> {
  let total = 0;
  for (const document of documents) {
    yield document;
    total += countWords(document);
    if (words !== undefined && total >= words) return;
  }
}
