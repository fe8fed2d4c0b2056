import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { readRecords, type TextRecord } from '@ulmfit/data-files';
import { brief, showName, UlmfitError } from '@ulmfit/errors';
import { configNames } from '../config/load-config.js';
import { columnGuesses } from '../init/column-guesses.js';
import { configText, type InitAnswers } from '../init/config-text.js';
import { questions as questionsOf, type Questions } from '../init/questions.js';
import { nextLines } from '../next-steps.js';
import { ulmfitCommand } from '../resume-command.js';
import { printLines } from '../standard-output.js';
import { isImdb } from '../task-of.js';

const FILE = 'ulmfit.config.ts';
/** Records that are looked at to guess the columns. */
const LOOK_AHEAD = 100;

/** `ulmfit init`: asks what there is to learn, and writes it to a settings file. Nothing is replaced. */
export async function init(questions: Questions = questionsOf()): Promise<void> {
  try {
    const there = configNames.find((name) => existsSync(name));
    if (there !== undefined) {
      throw new UlmfitError(
        'CONFIG_EXISTS',
        `init: ${there} already exists here; edit it, or use another folder`,
      );
    }
    const text = configText(await answersOf(questions));
    writeFileSync(FILE, text, { flag: 'wx' });
    await printLines([`settings: ${FILE}`]);
    const next = [
      { what: 'look at the data', command: ulmfitCommand(['config']) },
      { what: 'train', command: ulmfitCommand(['run']) },
    ];
    nextLines(next).forEach((line) => process.stderr.write(`${line}\n`));
  } finally {
    questions.close();
  }
}

async function answersOf(questions: Questions): Promise<InitAnswers> {
  const data = await questions.ask({
    text: 'Data: a file or a folder',
    fallback: likeliestFile(),
    check: requireData,
  });
  const columns = isTable(data) ? await askColumns(questions, data) : {};
  const out = await questions.ask({ text: 'Folder of the run', fallback: `runs/${nameOf(data)}` });
  return { data, ...columns, out };
}

/** The columns of texts and labels, by default those that the file's beginning suggests. */
async function askColumns(questions: Questions, data: string): Promise<Pick<InitAnswers, 'text' | 'label'>> {
  const records: TextRecord[] = [];
  for await (const record of readRecords(data)) if (records.push(record) >= LOOK_AHEAD) break;
  const { columns, text, label } = columnGuesses(showName(data), records);
  const requireColumn = (column: string) => {
    if (columns.includes(column)) return;
    const list = columns.slice(0, 20).map((name) => showName(name));
    throw new UlmfitError(
      'NO_SUCH_COLUMN',
      `${showName(data)}: has no column ${brief(column)}; its columns are ${list.join(', ')}`,
    );
  };
  const namesOf = (answer: string) => answer.split(',').map((name) => name.trim());
  const texts = await questions.ask({
    text: 'Column of the texts, several with commas between',
    fallback: text.join(','),
    check: (answer) => namesOf(answer).forEach(requireColumn),
  });
  const own = await questions.ask({
    text: 'Column of the labels',
    fallback: label ?? columns.find((column) => !namesOf(texts).includes(column)) ?? '',
    check: requireColumn,
  });
  return { text: namesOf(texts), label: own };
}

const TABLE = /\.(csv|tsv|tab|jsonl|ndjson|json)(\.gz)?$/i;

/** Whether the data is one file with columns. */
const isTable = (data: string): boolean => !isImdb(data) && statSync(data).isFile();

function requireData(data: string): void {
  if (isImdb(data) || existsSync(data)) return;
  throw new UlmfitError('NO_SUCH_PATH', `${showName(data)}: no such file or folder; give another path`);
}

/** A table of this folder, one for training first; the sample where there is none. */
function likeliestFile(): string {
  const files = readdirSync('.').filter((name) => TABLE.test(name) && !/^(package|tsconfig)\b/.test(name));
  const isOther = (name: string) => /\b(test|valid|validation|unlabelled)\b/i.test(name);
  return files.find((name) => !isOther(name)) ?? 'sample';
}

const nameOf = (data: string): string => basename(data).replace(TABLE, '') || 'first';
