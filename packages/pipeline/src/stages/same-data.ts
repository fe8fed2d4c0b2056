import { createHash } from 'node:crypto';
import { UlmfitError } from '@ulmfit/errors';
import type { DocumentLabels, TokenCorpus, Vocabulary } from '@ulmfit/text';
import type { StateDict, TrainingPlugin } from '@ulmfit/trainer';

/** What a stage learns from, and watches. */
export interface StageData {
  readonly vocabulary: Vocabulary;
  /** Documents as ids, with their labels where they have any. */
  readonly parts: readonly {
    readonly documents: TokenCorpus;
    readonly labels?: DocumentLabels | undefined;
  }[];
}

/** The plugin's name, by which a checkpoint of an earlier version may lack its state. */
export const SAME_DATA = 'stageData';

/**
 * Keeps a checksum of words, documents and labels in the checkpoints. A row of the embedding stands for a word by its number
 * alone: with other text it would go on as another word's, and nothing would show it.
 * @throws UlmfitError in a resumed fit `STATE_MISMATCH` when they are not those that it began on
 */
export function sameData(stage: string, data: StageData): TrainingPlugin {
  const sha256 = checksum(data);
  return {
    name: SAME_DATA,
    stateDict: () => ({ json: { sha256 }, tensors: {} }),
    loadStateDict({ json }: StateDict<{ sha256: string }>) {
      if (json.sha256 === sha256) return;
      throw new UlmfitError(
        'STATE_MISMATCH',
        `${stage}: the words differ from those that this run began with (other text, or other tokenizer rules); restore them, or give another folder`,
      );
    },
  };
}

function checksum({ vocabulary, parts }: StageData): string {
  const hash = createHash('sha256').update(JSON.stringify(vocabulary.itos));
  const add = (ids: Int32Array) => hash.update(new Uint8Array(ids.buffer, ids.byteOffset, ids.byteLength));
  for (const { documents, labels } of parts) {
    for (let i = 0; i < documents.length; i++) {
      const label = labels?.[i] ?? -1;
      const list = typeof label === 'number' ? [label] : [label.length, ...label];
      add(Int32Array.of(documents.documentLength(i), ...list));
      add(documents.document(i));
    }
  }
  return hash.digest('hex');
}
