import { brief } from '@ulmfit/errors';
import type { ClassificationTask, LabelledText, TaskSplit } from '@ulmfit/text';
import { breach, hold } from './breach.js';
import { differenceOf, notJson } from './snapshot.js';

/** Makes a task, afresh at each call. */
export type MakeTask = () => ClassificationTask | Promise<ClassificationTask>;

export interface TestTaskOptions {
  /** Tasks of other data, such as with one text changed, or one label: each must have another fingerprint. */
  readonly changed?: readonly MakeTask[];
}

const SPLITS: readonly TaskSplit[] = ['train', 'valid', 'test'];

/**
 * Tests a classification task against what training needs: classes that have names, labels that are of them, as many texts as
 * `counts` says; streams that can be read again, two at a time, left early and aborted, in the same order each time; no text of `valid`
 * or `test` for the language model; and a fingerprint that stays with the data and changes with it.
 *
 * All of its texts are read several times and kept: give it a small one.
 * @param make makes the task, a new one at each call
 * @throws UlmfitError `BREAKS_PROTOCOL`, which says what to change
 * @example
 * it('is a task', () => testTask(() => rowsTask({ train: rows }), { changed: [() => rowsTask({ train: rows.slice(1) })] }));
 */
export async function testTask(make: MakeTask, { changed = [] }: TestTaskOptions = {}): Promise<void> {
  const task = await make();
  const { name } = task;
  holdDescription(task);
  const sets = new Map<TaskSplit, readonly LabelledText[]>();
  for (const split of SPLITS) sets.set(split, await holdLabelled(task, split));
  await holdLanguageModelTexts(task, sets);
  const again = await make();
  for (const key of ['name', 'classes', 'multiLabel', 'settings', 'counts', 'fingerprint'] as const) {
    const found = differenceOf(task[key], again[key], key);
    hold(
      name,
      !found,
      () =>
        `is another when it is made again of the same data: ${found?.at} is ${found?.first} and then ${found?.second}; derive it from the data alone`,
    );
  }
  for (const [i, other] of changed.entries()) {
    const { fingerprint } = await other();
    hold(
      name,
      fingerprint !== task.fingerprint,
      () =>
        `has the fingerprint of changed[${i}], whose data are others; hash all that is read, labels and order too`,
    );
  }
}

function holdDescription({
  name,
  classes,
  multiLabel,
  settings,
  counts,
  fingerprint,
}: ClassificationTask): void {
  hold(
    String(name),
    typeof name === 'string' && name !== '',
    () => 'has no name; give it one for messages, such as a file’s',
  );
  const least = multiLabel ? 1 : 2;
  hold(name, classes.length >= least, () => `has ${classes.length} classes; there must be ${least} or more`);
  const unnamed = classes.findIndex((each) => typeof each !== 'string' || each.trim() === '');
  hold(name, unnamed < 0, () => `classes[${unnamed}] is ${brief(classes[unnamed])}; give each class a name`);
  const twice = classes.find((each, i) => classes.indexOf(each) !== i);
  hold(name, twice === undefined, () => `has the class ${brief(twice)} twice; list it once`);
  hold(name, typeof multiLabel === 'boolean', () => `multiLabel is ${brief(multiLabel)}; say true or false`);
  const bad = notJson(settings);
  hold(
    name,
    !bad,
    () =>
      `settings has ${bad?.first} at ${bad?.at}, which JSON turns into ${bad?.second}; a run keeps them as JSON`,
  );
  for (const split of SPLITS) {
    const count: unknown = counts[split];
    hold(
      name,
      Number.isSafeInteger(count) && Number(count) >= 0,
      () => `counts.${split} is ${brief(count)}; give the number of its texts, 0 where there is none`,
    );
  }
  hold(name, counts.train > 0, () => 'counts.train is 0; there is nothing to learn from');
  hold(
    name,
    /^[0-9a-f]{16,}$/.test(fingerprint),
    () => `fingerprint is ${brief(fingerprint)}; give a hash in hexadecimal, 16 digits or more`,
  );
}

async function holdLabelled(task: ClassificationTask, split: TaskSplit): Promise<readonly LabelledText[]> {
  const { name, classes, multiLabel, counts } = task;
  const where = `labelled('${split}')`;
  const read = () => task.labelled(split);
  const texts = await holdStream(name, where, read, (signal) => task.labelled(split, { signal }));
  hold(
    name,
    texts.length === counts[split],
    () =>
      `${where} gives ${texts.length} texts, and counts.${split} says ${counts[split]}; count what is given`,
  );
  for (const [i, { text, labels }] of texts.entries()) {
    const at = `${where} gives at ${i}`;
    hold(name, typeof text === 'string', () => `${at} the text ${brief(text)}; give a string`);
    hold(
      name,
      Array.isArray(labels),
      () => `${at} the labels ${brief(labels)}; give a list of indices into classes`,
    );
    const unknown = labels.find((label) => classes[label] === undefined);
    hold(
      name,
      unknown === undefined,
      () =>
        `${at} the label ${brief(unknown)}; there are ${classes.length} classes, and labels are their indices from 0`,
    );
    hold(
      name,
      new Set(labels).size === labels.length,
      () => `${at} the labels ${brief(labels)}; list each class once`,
    );
    hold(
      name,
      multiLabel || labels.length === 1,
      () => `${at} ${labels.length} labels; give exactly one, or set multiLabel`,
    );
  }
  return texts;
}

async function holdLanguageModelTexts(
  task: ClassificationTask,
  sets: ReadonlyMap<TaskSplit, readonly LabelledText[]>,
): Promise<void> {
  const { name } = task;
  const ofTraining = new Set(sets.get('train')?.map(({ text }) => text));
  const heldOut = new Map(
    (['valid', 'test'] as const).flatMap((split) => (sets.get(split) ?? []).map(({ text }) => [text, split])),
  );
  for (const from of ['unlabelled', 'train-and-unlabelled'] as const) {
    const where = `languageModelTexts('${from}')`;
    const texts = await holdStream(
      name,
      where,
      () => task.languageModelTexts(from),
      (signal) => task.languageModelTexts(from, { signal }),
    );
    hold(
      name,
      texts.length > 0,
      () => `${where} gives no text; where none is without a label, give those of training`,
    );
    const odd = texts.findIndex((text) => typeof text !== 'string');
    hold(name, odd < 0, () => `${where} gives ${brief(texts[odd])} at ${odd}; give a string`);
    const leaked = texts.find((text) => heldOut.has(text) && !ofTraining.has(text));
    hold(
      name,
      leaked === undefined,
      () =>
        `${where} gives ${brief(leaked)}, which is in ${heldOut.get(leaked ?? '')}; leave held-out texts to the evaluation`,
    );
    if (from === 'unlabelled') continue;
    const all = new Set(texts);
    const lost = [...ofTraining].find((text) => !all.has(text));
    hold(
      name,
      lost === undefined,
      () => `${where} lacks ${brief(lost)}, which is in train; give the texts of training too`,
    );
  }
}

/** Reads a stream as training does: again and again, two at a time, not to its end, and aborted. @returns what it gives */
async function holdStream<T>(
  name: string,
  where: string,
  read: () => AsyncIterable<T>,
  abortable: (signal: AbortSignal) => AsyncIterable<T>,
): Promise<readonly T[]> {
  const first = await all(read());
  for await (const _ of read()) break;
  const [once, twice] = await Promise.all([all(read()), all(read())]);
  for (const other of [once, twice]) {
    const found = differenceOf(first, other);
    hold(
      name,
      !found,
      () =>
        `${where} gives other texts when it is read again: ${found?.at} is ${found?.first} and then ${found?.second}; open a stream of its own at each call, in one order`,
    );
  }
  if (first.length === 0) return first;
  const reason = new Error('aborted by the test');
  const thrown = await all(abortable(AbortSignal.abort(reason))).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (thrown === reason) return first;
  throw breach(
    name,
    `${where} goes on when its signal is aborted; call signal.throwIfAborted() before each text`,
  );
}

async function all<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const given: T[] = [];
  for await (const each of stream) given.push(each);
  return given;
}
