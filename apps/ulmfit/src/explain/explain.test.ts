import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClassifier } from '@ulmfit/awd-lstm';
import type { Explanation } from '@ulmfit/inference';
import { saveClassifier } from '@ulmfit/pipeline';
import { fastaiTokenizer, specialTokens, Vocabulary } from '@ulmfit/text';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ulmfitHere } from '../in-process.test-helper.js';
import { temporaryFolder } from '../small-data.test-helper.js';
import { colouredText, showsColours } from './terminal-colours.js';
import { strongestPieces } from './strongest-pieces.js';

const { folder, remove } = temporaryFolder();
afterAll(remove);
const at = (name: string) => join(folder, name);

beforeAll(() => {
  const vocabulary = new Vocabulary([...specialTokens, 'good', 'bad', 'film', 'the', '.', '\n']);
  const sizes = { vocabulary: vocabulary.size, embedding: 4, hidden: 5, layers: 1, headLayers: [4] };
  const model = createClassifier({ ...sizes, classes: 2 }, { seed: 4 });
  const classifier = { model, vocabulary, classes: ['neg', '<i>pos'], backwards: false };
  saveClassifier(at('model'), { classifier, tokenizer: fastaiTokenizer(), decision: { temperature: 1 } });
  model.dispose();
});

const explained = (...rest: string[]) => ulmfitHere(['explain', at('model'), ...rest]);

describe('ulmfit explain', () => {
  it('prints the text and what its words say, with signs', async () => {
    const { code, stdout, stderr } = await explained('The GOOD film.');
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(
      /^(neg|<i>pos) 0\.\d{4}: logit -?\d+\.\d\d, -?\d+\.\d\d with every word unknown\nThe GOOD film\.\n( +[+-]\d\.\d\d {2}\S+\n)+$/,
    );
    expect(stdout).not.toContain('\u001b');
  });

  it('gives JSON, a line a text, of texts, files and chosen classes', async () => {
    writeFileSync(at('text.txt'), 'A bad film.\nThe film!\n');
    const { stdout } = await explained(
      'good',
      '--file',
      at('text.txt'),
      '--class',
      '<i>pos',
      '--class',
      'neg',
      '--json',
    );
    const [first, second] = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Explanation);
    expect(first?.text).toBe('good');
    expect(second?.text).toBe('A bad film.\nThe film!\n');
    for (const { tokens, classes, method } of [first!, second!]) {
      expect(method).toBe('integrated-gradients');
      expect(classes.map(({ label }) => label)).toEqual(['<i>pos', 'neg']);
      for (const { contributions, logit, baseline } of classes) {
        expect(contributions).toHaveLength(tokens.length);
        const sum = contributions.reduce((a, b) => a + b, 0);
        expect(Math.abs(sum - (logit - baseline))).toBeLessThan(0.01);
      }
    }
  });

  it('writes a page in which no text is obeyed', async () => {
    const text = 'good <script>alert(1)</script> film "\u001b[31m';
    const { code, stderr } = await explained(text, '--html', at('page.html'), '--method', 'occlusion');
    expect(code, stderr).toBe(0);
    expect(stderr).toContain(`the page is ${at('page.html')}`);
    const page = readFileSync(at('page.html'), 'utf8');
    expect(page).not.toMatch(/<script|<i>|\u001b/);
    expect(page.replace(/<[^>]*>/g, '')).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(page).toMatch(/<mark\s+class="(for|against)"\s+style="--share: [01]\.\d\d"/);
    expect(page).not.toMatch(/src=|href=|url\(/);
  });

  it.each([
    [[], /no text given; add one after the model, or use --file/],
    [['a', '--class', 'other'], /class other: unknown; the classes are neg, "<i>pos"/],
    [['a', '--file', '/nowhere/text'], /ENOENT/],
    [[' '], /holds no words/],
    [['a', '--points', '3'], /--points.*integer from 9/],
  ])('refuses %j', async (rest, message) => {
    const { code, stderr } = await explained(...rest);
    expect(code).toBe(2);
    expect(stderr.trimEnd()).toMatch(message);
    expect(stderr.trimEnd()).not.toContain('\n');
  });
});

const pieces = [
  { text: 'no ', contribution: 0 },
  { text: 'good', contribution: 2 },
  { text: ' so\u001bso', contribution: -0.8 },
  { text: 'a', contribution: 0.01 },
];

it('colours what says most the most, and lets no text colour itself', () => {
  expect(colouredText(pieces)).toBe(
    'no \u001b[48;5;25;38;5;231mgood\u001b[0m\u001b[48;5;215;38;5;16m so\ufffdso\u001b[0ma',
  );
  expect(colouredText([{ text: 'x', contribution: 0 }])).toBe('x');
  expect(strongestPieces(pieces, 5).map(({ text }) => text)).toEqual(['good', ' so\u001bso']);
});

it('shows colours where a terminal has them and nobody minds', () => {
  const terminal = { isTTY: true, hasColors: (count: number) => count <= 256 };
  expect(showsColours(terminal, {})).toBe(true);
  expect(showsColours(terminal, { NO_COLOR: '1' })).toBe(false);
  expect(showsColours(terminal, { NO_COLOR: '' })).toBe(true);
  expect(showsColours({ ...terminal, hasColors: () => false }, {})).toBe(false);
  expect(showsColours({ isTTY: false }, {})).toBe(false);
});
