import { UlmfitError } from '@ulmfit/errors';
import type {
  ClassificationTask,
  LanguageModelTexts,
  ReadTaskOptions,
  TaskSplit,
  Tokenizer,
  Vocabulary,
} from '@ulmfit/text';
import type { LabelledDocuments } from './labelled-documents.js';
import { tokenized, type TokenizeOptions } from '../tokens/tokenized.js';

const names: Readonly<Record<TaskSplit, string>> = {
  train: 'labelled texts to train on',
  valid: 'labelled texts to validate with',
  test: 'labelled texts to score',
};

/**
 * Makes sure that there is a text in a set.
 * @throws UlmfitError `NO_TEXTS`, or what the task itself says of a set that it has not
 */
export async function requireTexts(
  task: ClassificationTask,
  split: TaskSplit,
  options?: ReadTaskOptions,
): Promise<void> {
  if (task.counts[split] > 0) return;
  for await (const _ of task.labelled(split, options)) break;
  throw new UlmfitError('NO_TEXTS', `${task.name}: holds no ${names[split]}; give some`);
}

/**
 * Makes sure that a language model can learn and be validated: by two texts that have words.
 * @throws UlmfitError `TOO_FEW_DOCUMENTS`
 */
export async function requireLanguageModelTexts(
  task: ClassificationTask,
  from: LanguageModelTexts,
  options?: ReadTaskOptions,
): Promise<void> {
  let texts = 0;
  for await (const text of task.languageModelTexts(from, options)) {
    if (/\S/.test(text) && ++texts === 2) return;
  }
  throw new UlmfitError(
    'TOO_FEW_DOCUMENTS',
    `${task.name}: ${texts === 0 ? 'no text' : 'one text'} for the language model, which needs one to learn from and one for validation; give two or more`,
  );
}

/**
 * The labelled texts of a set in the ids of a vocabulary.
 * @throws UlmfitError `NO_TEXTS`, `BAD_LABELS`, or what is wrong with the data
 */
export async function labelledDocuments(
  task: ClassificationTask,
  split: TaskSplit,
  { tokenizer, vocabulary }: { readonly tokenizer: Tokenizer; readonly vocabulary: Vocabulary },
  options: TokenizeOptions,
): Promise<LabelledDocuments> {
  await requireTexts(task, split, options);
  const read = () => task.labelled(split, options);
  const labels: (number | readonly number[])[] = [];
  async function* texts(): AsyncGenerator<string> {
    for await (const { text, labels: of } of read()) {
      labels.push(labelOf(task, of));
      yield text;
    }
  }
  const content = async () => JSON.stringify([task.fingerprint, task.settings, split]);
  const builder = await tokenized(texts(), tokenizer, { ...options, content }, `${split} texts`);
  // Where the tokens were kept from another time, no text was read.
  if (labels.length < builder.documents)
    for await (const { labels: of } of read()) labels.push(labelOf(task, of));
  return { documents: builder.build(vocabulary), labels: labels as LabelledDocuments['labels'] };
}

/** The class of a text, or the list of them where the task gives any number. */
function labelOf(
  { name, multiLabel }: ClassificationTask,
  labels: readonly number[],
): number | readonly number[] {
  if (multiLabel) return labels;
  const [label] = labels;
  if (label !== undefined && labels.length === 1) return label;
  throw new UlmfitError(
    'BAD_LABELS',
    `${name}: a text has ${labels.length} classes, but this task allows exactly one; set multiLabel in the task`,
  );
}
