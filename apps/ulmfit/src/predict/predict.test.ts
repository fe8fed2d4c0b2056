import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createClassifier } from '@ulmfit/awd-lstm';
import { plainDecision, saveClassifier } from '@ulmfit/pipeline';
import { fastaiTokenizer, specialTokens, Vocabulary } from '@ulmfit/text';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ulmfitHere } from '../in-process.test-helper.js';
import { temporaryFolder } from '../small-data.test-helper.js';
import { startUlmfit } from '../ulmfit.test-helper.js';

const { folder, remove } = temporaryFolder();
afterAll(remove);
const at = (name: string) => join(folder, name);
const model = at('model');

const save = (path: string, classes: readonly string[]) => {
  const words = [...specialTokens, 'good', 'bad', 'film'];
  const sizes = { embedding: 4, hidden: 5, layers: 1, vocabulary: words.length, classes: 2 };
  const classifier = { model: createClassifier(sizes, { seed: 2 }), vocabulary: Vocabulary.fromJSON(words) };
  saveClassifier(path, {
    classifier: { ...classifier, classes, backwards: false },
    tokenizer: fastaiTokenizer(),
    decision: plainDecision,
  });
  classifier.model.dispose();
};
beforeAll(() => save(model, ['neg', 'pos']));

/** Writes a file and classifies it. */
async function predicted(name: string, content: string | Uint8Array, ...flags: string[]) {
  writeFileSync(at(name), content);
  return ulmfitHere(['predict', '--model', model, at(name), ...flags]);
}

/** What each text gets by itself. */
async function alone(...texts: string[]) {
  const { stdout } = await ulmfitHere(['predict', '--model', model, '--json', ...texts]);
  return stdout
    .trimEnd()
    .split('\n')
    .map(
      (line) =>
        JSON.parse(line) as { label: string; probability: number; probabilities: Record<string, number> },
    );
}

describe('predict', () => {
  it('gives a table back with its columns, quotes and order, and two more', async () => {
    const text = 'A "good" film,\nall in all';
    const [first, second] = await alone(text, 'bad');
    const { code, stdout, stderr } = await predicted(
      'reviews.csv',
      `id,text\r\n7,"A ""good"" film,\nall in all"\r\n8,bad\r\n9,  \r\n`,
    );
    expect(code, stderr).toBe(0);
    expect(stdout).toBe(
      [
        'id,text,label,probability',
        `7,"A ""good"" film,\nall in all",${first?.label},${first?.probability.toFixed(6)}`,
        `8,bad,${second?.label},${second?.probability.toFixed(6)}`,
        '9,  ,,',
        '',
      ].join('\n'),
    );
    expect(stderr).toMatch(
      /text column: text \(guessed\)\nulmfit: 1 text holds no words, and got no label\n$/,
    );
  });

  it('names what it adds otherwise beside a label that is there, and takes several columns', async () => {
    const [both] = await alone('xxfld 1 good xxfld 2 bad');
    const { stdout } = await predicted(
      'labelled.tsv',
      'title\tbody\tlabel\ngood\tbad\tx\n',
      '--text-column',
      'title,body',
      '--all',
    );
    const [header, row] = stdout.split('\n');
    expect(header).toBe(
      [
        'title',
        'body',
        'label',
        'predicted_label',
        'predicted_probability',
        'predicted_probability_neg',
        'predicted_probability_pos',
      ].join('\t'),
    );
    expect(row).toBe(
      [
        'good',
        'bad',
        'x',
        both?.label,
        ...[both?.probability, both?.probabilities['neg'], both?.probabilities['pos']].map((p) =>
          p?.toFixed(6),
        ),
      ].join('\t'),
    );
  });

  it('gives objects back whole, and packed ones too', async () => {
    const records = [{ id: [1], text: 'good\nfilm' }, { text: '' }];
    const [good] = await alone('good\nfilm');
    const { stdout } = await predicted(
      'r.jsonl.gz',
      gzipSync(records.map((r) => JSON.stringify(r)).join('\n')),
      '--all',
    );
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([
      {
        ...records[0],
        label: good?.label,
        probability: good?.probability,
        probabilities: good?.probabilities,
      },
      { text: '', label: null, probability: null, probabilities: null },
    ]);
  });

  it('gives lines back as it prints texts', async () => {
    const texts = ['good, good', 'bad film', 'good'];
    const { stdout } = await ulmfitHere(['predict', '--model', model, ...texts]);
    expect((await predicted('lines.txt', texts.join('\n'))).stdout).toBe(stdout);
    const all = await predicted('lines.txt', 'good\n\n', '--all');
    expect(all.stdout).toMatch(/^neg 0\.\d{4} pos 0\.\d{4}\tgood\n-\t\n$/);
  });

  it('reads several files of one form, and refuses another', async () => {
    writeFileSync(at('a.csv'), 'text\ngood\n');
    writeFileSync(at('b.csv'), 'text\nbad\n');
    writeFileSync(at('c.csv'), 'id,text\n1,bad\n');
    const predict = ['predict', '--model', model, '--json'];
    const { stdout } = await ulmfitHere([...predict, at('a.csv'), at('b.csv')]);
    expect(stdout.match(/"text":"\w+"/g)).toEqual(['"text":"good"', '"text":"bad"']);
    const other = await ulmfitHere([...predict, at('a.csv'), at('c.csv')]);
    expect(other.code).toBe(2);
    expect(other.stderr).toMatch(/c\.csv: its format or columns differ from those of .*a\.csv; predict/);
    // What was classified before stands.
    expect(other.stdout.match(/"text":"\w+"/g)).toEqual(['"text":"good"']);
  });

  it('prints what came before a bad record, and names its line', async () => {
    const { code, stdout, stderr } = await predicted('bad.jsonl', '{"text": "good"}\n{"text": \n');
    expect(code).toBe(2);
    expect(stdout).toMatch(/^\{"text":"good","label":"\w+","probability":[\d.]+\}\n$/);
    expect(stderr).toMatch(/^ulmfit: .*bad\.jsonl: line 2 is not a JSON object/m);
  });

  it('refuses a text without words, a file that is not there, and texts beside files', async () => {
    writeFileSync(at('one.txt'), 'good');
    mkdirSync(at('folder'), { recursive: true });
    for (const [args, message] of [
      [['good', ' '], /text 2: holds no words; leave it out/],
      [['nowhere.csv'], /nowhere\.csv: no such file; check the path/],
      [
        ['good', at('one.txt')],
        /one\.txt is a file but others are texts; give only texts, or only files and -/,
      ],
    ] as const) {
      const { code, stdout, stderr } = await ulmfitHere(['predict', '--model', model, ...args]);
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toMatch(message);
    }
    // A sentence that ends like a file is one.
    const { code } = await ulmfitHere(['predict', '--model', model, 'I read it in notes.txt']);
    expect(code).toBe(0);
  });

  it('reads standard input', async () => {
    const predict = ['predict', '--model', model, '--backend', 'cpu', '-'];
    const { code, stdout, stderr } = await startUlmfit(predict, { stdin: '{"text": "a\\nb"}\n' }).ended;
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ text: 'a\nb', label: expect.any(String) as string });
  });

  it('shows labels and texts of strangers without what a terminal obeys', async () => {
    // They set the window's title, paint, go up a line, and turn the direction of writing.
    const classes = ['neg\u001b]0;title\u0007', 'pos\u009b31m\u001b[1A\u202e'];
    save(at('hostile'), classes);
    const obeyed = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/;
    const say = (...args: string[]) => ulmfitHere(['predict', '--model', at('hostile'), ...args]);
    const plain = await say('--all', 'good\u001b[2J\nfilm');
    expect(plain.code, plain.stderr).toBe(0);
    expect(plain.stdout).not.toMatch(obeyed);
    expect(plain.stdout).toMatch(/^neg�\]0;title� [\d.]+ pos�31m�\[1A [\d.]+\tgood�\[2J film\n$/);
    const json = await say('--json', 'good\u009b2J');
    expect(json.stdout).not.toMatch(obeyed);
    const { text, label } = JSON.parse(json.stdout) as { text: string; label: string };
    expect(text).toBe('good\u009b2J');
    expect(classes).toContain(label);
    expect((await say(at('\u001b[2J.csv'))).stderr).not.toMatch(obeyed);
  });
});
