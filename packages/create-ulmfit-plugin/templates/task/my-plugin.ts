import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { brief, UlmfitError } from '@ulmfit/errors';
import type { ClassificationTask, LabelledText, ReadTaskOptions, TaskSplit } from '@ulmfit/text';

export interface MyPluginOptions {
  /** The folder with `train.jsonl`, `valid.jsonl`, `test.jsonl` and `unlabelled.jsonl`. */
  readonly folder: string;
  /** The classes in the order of the model's outputs. */
  readonly classes: readonly string[];
}

const SPLITS: readonly TaskSplit[] = ['train', 'valid', 'test'];

/**
 * A task of JSON Lines: `{"text": "...", "label": "..."}`, and for the language model `{"text": "..."}`. The files are read once for
 * their numbers and a hash, and again each time that training asks for them; no more than a line is in memory.
 * @throws UlmfitError `BAD_ROW` and `BAD_LABEL`, with file and line
 * @example
 * await run({ folder: 'runs/mine', task: await myPlugin({ folder: 'data', classes: ['bad', 'good'] }) });
 */
export async function myPlugin({ folder, classes }: MyPluginOptions): Promise<ClassificationTask> {
  const path = (name: string): string => join(folder, `${name}.jsonl`);
  const indices = new Map(classes.map((name, i) => [name, i]));

  async function* labelled(split: TaskSplit, options: ReadTaskOptions = {}): AsyncGenerator<LabelledText> {
    for await (const { where, text, label } of rows(path(split), options)) {
      const index = typeof label === 'string' ? indices.get(label) : undefined;
      if (index === undefined) {
        throw new UlmfitError(
          'BAD_LABEL',
          `${where}: the label ${brief(label)} is no class; there are ${classes.join(', ')}`,
        );
      }
      yield { text, labels: [index] };
    }
  }

  async function* texts(names: readonly string[], options: ReadTaskOptions): AsyncGenerator<string> {
    for (const name of names) {
      for await (const { text } of rows(path(name), options)) yield text;
    }
  }

  // All that is read goes into the hash: a run that was begun on other data is not gone on with.
  const hash = createHash('sha256').update(JSON.stringify(classes));
  const counts: Record<TaskSplit, number> = { train: 0, valid: 0, test: 0 };
  for (const split of SPLITS) {
    for await (const row of labelled(split)) {
      counts[split]++;
      hash.update(`${split} ${JSON.stringify(row)}\n`);
    }
  }
  let unlabelled = 0;
  for await (const text of texts(['unlabelled'], {})) {
    unlabelled++;
    hash.update(`${JSON.stringify(text)}\n`);
  }

  return {
    name: 'myPlugin',
    classes,
    multiLabel: false,
    settings: { kind: 'myPlugin', folder },
    fingerprint: hash.digest('hex'),
    counts,
    labelled,
    languageModelTexts: (from, options = {}) =>
      texts(from === 'unlabelled' && unlabelled > 0 ? ['unlabelled'] : ['train', 'unlabelled'], options),
  };
}

interface Row {
  /** File and line, for messages. */
  readonly where: string;
  readonly text: string;
  readonly label: unknown;
}

/** The rows of a file, one at a time. */
async function* rows(path: string, { signal }: ReadTaskOptions): AsyncGenerator<Row> {
  const lines = createInterface({ input: createReadStream(path), crlfDelay: Infinity });
  let number = 0;
  for await (const line of lines) {
    signal?.throwIfAborted();
    number++;
    if (line.trim() === '') continue;
    const where = `${path}, line ${number}`;
    const { text, label } = parsed(line, where);
    if (typeof text !== 'string') {
      throw new UlmfitError('BAD_ROW', `${where}: the text is ${brief(text)}; give a string`);
    }
    yield { where, text, label };
  }
}

function parsed(line: string, where: string): { text?: unknown; label?: unknown } {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // Told below.
  }
  throw new UlmfitError(
    'BAD_ROW',
    `${where}: ${brief(line)} is no JSON object; write {"text": "...", "label": "..."}`,
  );
}
