import { describe, expect, it } from 'vitest';
import { inventedEvaluation } from './evaluation.test-helper.js';
import { textWidth } from './fit-text.js';
import { judgementLines } from './print-judgement.js';

const numbered = (count: number) => Array.from({ length: count }, (_, i) => `class ${i}`);
/** The verdict names one class, however long: on a line of its own where it must. */
const withoutVerdict = (lines: readonly string[]) => lines.slice(lines.indexOf(''));
const cells = (lines: readonly string[], name: string) =>
  lines
    .find((line) => line.startsWith(`${name} `))
    ?.slice(name.length)
    .trim()
    .split(/\s+(?!%)/);

describe('judgementLines', () => {
  it('begins with the main figure and its interval, and says what a guess would have', () => {
    const evaluation = inventedEvaluation({ classes: ['ham', 'spam'] });
    const lines = judgementLines(evaluation);
    expect(lines[0]).toMatch(
      /^accuracy \d\d\.\d\d % on 200 test texts \(95 % interval \d\d\.\d\d % to \d\d\.\d\d %\)$/,
    );
    expect(lines.slice(1, 3).join(' ')).toMatch(
      /^Better than guessing: .* always answering "ham" gives \d\d\.\d\d %\.$/,
    );
    expect(judgementLines({ ...evaluation, split: 'valid' })[0]).toContain('on 200 validation texts');
  });

  it('sets linear, neural and blend side by side, and marks the one that predicts', () => {
    const evaluation = inventedEvaluation({ classes: numbered(5) });
    const lines = judgementLines(evaluation);
    const { linear, neural, blend } = evaluation.judgements;
    expect(lines).toContainEqual(expect.stringMatching(/^ +linear +neural +blend \*$/));
    expect(cells(lines, 'macro F1')).toEqual(
      [linear, neural, blend].map((each) => each?.macro.f1.toFixed(3)),
    );
    expect(cells(lines, 'ROC-AUC, one-vs-rest')).toHaveLength(3);
    const first = blend?.perClass[0];
    expect(cells(lines, 'class 0')).toEqual([
      ...[first?.precision, first?.recall, first?.f1].map((x) => x?.toFixed(3)),
      ...[linear, neural].map((each) => each?.perClass[0]?.f1.toFixed(3)),
      String(first?.support),
    ]);
  });

  it('has one column where one classifier was scored', () => {
    const lines = judgementLines(inventedEvaluation({ classes: ['a', 'b'], skill: { neural: 1 } }));
    expect(lines.join('\n')).not.toMatch(/predicts|neural/);
    expect(cells(lines, 'weighted F1')).toHaveLength(1);
  });

  it('shows the confusion matrix of a few classes, and the most confused pairs of many', () => {
    const few = inventedEvaluation({ classes: ['ham', 'spam'], skill: { neural: 0.5 } });
    const at = judgementLines(few).findIndex((line) => line.startsWith('confusion matrix'));
    const rows = judgementLines(few).slice(at + 2);
    expect(rows.map((row) => row.match(/\d+/g)?.map(Number))).toEqual(few.judgements.neural.confusion);
    const many = judgementLines(inventedEvaluation({ classes: numbered(9), skill: { neural: 0.5 } }));
    expect(many).toContain('most confused');
    expect(many.at(-1)).toMatch(/^ +\d+ of \d+ class \d predicted as class \d$/);
  });

  it('shows the worst and the best of many classes', () => {
    const evaluation = inventedEvaluation({ classes: numbered(60), texts: 1500 });
    const lines = judgementLines(evaluation);
    expect(lines).toContain('of 60 classes the 10 with the lowest F1 and the 10 with the highest');
    const shown = lines.filter((line) => /^class \d/.test(line)).map((line) => Number(line.split(' ')[1]));
    expect(shown).toHaveLength(20);
    const f1 = evaluation.judgements.blend?.perClass.map((figures) => figures.f1) ?? [];
    expect(f1[shown[0] ?? -1]).toBe(Math.min(...f1));
    expect(f1[shown[19] ?? -1]).toBe(Math.max(...f1));
  });

  it('goes by micro F1 where a text may have several classes', () => {
    const lines = judgementLines(
      inventedEvaluation({ classes: numbered(4), multiLabel: true, skill: { neural: 0.3 } }),
    );
    expect(lines[0]).toMatch(/^micro F1 0\.\d{3} on 200 test texts$/);
    for (const name of ['exactly right', 'Hamming loss', 'micro mean'])
      expect(cells(lines, name)).toBeDefined();
  });

  it('stays within 80 columns and lets no control character through, whatever classes are called', () => {
    const classes = [
      'a'.repeat(200),
      'ユーザー登録の問題についてのお問い合わせとその他のご質問',
      '\u001b[31mred\u001b[0m',
      'two\nlines',
      '\u202ereversed',
      'f',
    ];
    for (const multiLabel of [false, true]) {
      const lines = judgementLines(inventedEvaluation({ classes, multiLabel }));
      expect(Math.max(...withoutVerdict(lines).map(textWidth))).toBeLessThanOrEqual(80);
      for (const line of lines) expect(line).not.toMatch(/[\p{Cc}\u202e]/u);
      expect(lines.some((line) => line.startsWith('aaa') && line.includes('…'))).toBe(true);
    }
  });

  it('has a dash for what has no value', () => {
    const evaluation = inventedEvaluation({ classes: ['a', 'b'], texts: 0, skill: { neural: 1 } });
    const lines = judgementLines(evaluation);
    expect(lines[0]).toBe('accuracy – on 0 test texts');
    expect(lines.join('\n')).not.toContain('NaN');
  });
});
