import fc from 'fast-check';
import { createClassifier } from '@ulmfit/awd-lstm';
import { loadClassifier, plainDecision, saveClassifier } from '@ulmfit/pipeline';
import { fastaiTokenizer, specialTokens, Vocabulary } from '@ulmfit/text';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { utf8 } from '../../../packages/files/src/mutate.test-helper.js';
import type { FuzzedReader } from '../reader.js';
import { hostileJson, spoiltRecord } from './hostile-json.js';
import { digestOf } from './run-files.js';

// An exported classifier, loaded as predictions load it.

const words = [...specialTokens, 'the', 'film', 'é', 'xxfake'];

/** A folder with a sound bundle of a tiny model. */
function savedBundle(): string {
  const folder = join(mkdtempSync(join(tmpdir(), 'ulmfit-fuzz-')), 'model');
  const sizes = { vocabulary: words.length, embedding: 2, hidden: 3, layers: 2, window: 4, maxLength: 8 };
  const model = createClassifier({ ...sizes, classes: 2, headLayers: [3] }, { seed: 1 });
  const vocabulary = new Vocabulary(words);
  saveClassifier(folder, {
    classifier: { model, vocabulary, classes: ['neg', 'pos'], backwards: false },
    tokenizer: fastaiTokenizer(),
    decision: plainDecision,
  });
  model.dispose();
  return folder;
}

/** A reader of one file of the bundle. The description tells the checksum that the file has. */
function bundleReader(file: 'bundle.json' | 'vocabulary.json'): FuzzedReader {
  const folder = savedBundle();
  const read = (name: string) => new Uint8Array(readFileSync(join(folder, name)));
  const sound = read(file);
  // Without its own checksum, so that what is changed is looked at.
  const { sha256: _, ...description } = JSON.parse(new TextDecoder().decode(read('bundle.json'))) as {
    sha256: string;
    files: Record<string, unknown>;
  };
  const rows = JSON.parse(new TextDecoder().decode(read('vocabulary.json'))) as string[];
  return {
    name: file,
    samples: file === 'bundle.json' ? [sound, utf8(JSON.stringify(description))] : [sound],
    hostile: hostileJson,
    arbitrary:
      file === 'bundle.json'
        ? spoiltRecord(description)
        : fc.oneof(spoiltRecord(rows), spoiltRecord({ rows })),
    async read(bytes) {
      writeFileSync(join(folder, file), bytes);
      if (file === 'vocabulary.json') {
        const files = { ...description.files, [file]: digestOf(bytes) };
        writeFileSync(join(folder, 'bundle.json'), utf8(JSON.stringify({ ...description, files })));
      }
      (await loadClassifier(folder)).dispose();
    },
    dispose: () => rmSync(join(folder, '..'), { recursive: true, force: true }),
  };
}

export const bundleDescriptionReader = (): FuzzedReader => bundleReader('bundle.json');
export const vocabularyReader = (): FuzzedReader => bundleReader('vocabulary.json');
