import { rowsTask, summarizeTask, type TokenSurvey } from '@ulmfit/text';
import type { RunEstimate } from '@ulmfit/pipeline';
import { describe, expect, it } from 'vitest';
import type { Look } from './look-at-task.js';
import { shortSummaryLines, summaryLines } from './print-summary.js';

const row = (text: string, label: string) => ({ text, label });

/** A look at rows whose tokens nobody counted. */
async function look(
  options: Parameters<typeof rowsTask>[0],
  more: { unknown?: TokenSurvey['unknown']; exact?: boolean; stages?: RunEstimate['stages'] } = {},
): Promise<Look> {
  const { unknown = {}, exact = true, stages } = more;
  const tokens = { languageModel: 9, train: 9, valid: 0, test: 0 };
  return {
    summary: await summarizeTask(rowsTask(options)),
    survey: { tokens, characters: 9, vocabulary: 9, unknown, exact, charactersPerSecond: 9 },
    ...(stages && {
      estimate: {
        ...{ stages, fits: {}, rates: { languageModel: 1, head: 1, all: 1 } },
        seconds: Object.values(stages).reduce((sum, seconds) => sum + seconds, 0),
      },
    }),
  };
}

const letters = {
  name: 'letters\u001b[31m',
  train: [
    row('one two three', 'b'),
    row('one two three', 'a'),
    row('four five', 'b'),
    row('four five', 'b'),
    row(' ', 'a'),
    row('six', 'b'),
  ],
  valid: [row('six', 'b')],
  unlabelled: ['seven eight'],
};

describe('summaryLines', () => {
  it('names what should be looked into, and lists the larger classes first', async () => {
    const lines = summaryLines(await look(letters, { unknown: { valid: 0.125 } }));
    expect(lines[0]).toMatch(/^letters.*: 2 classes, one per text$/);
    expect(lines.join('\n')).not.toContain('\u001b');
    expect(lines[2]).toMatch(/^ {24} +train +valid +unlabelled$/);
    expect(lines).toContain(`${'unknown tokens'.padEnd(36)}${'12.50 %'.padStart(12)}`);
    expect(lines.filter((line) => /^[ab] /.test(line)).map((line) => line.split(/\s+/))).toEqual([
      ['b', '4', '1'],
      ['a', '2', '0'],
    ]);
    expect(lines.slice(lines.indexOf('check'))).toEqual([
      'check',
      '  train: 1 text has no word',
      '  train: 2 texts repeat others of the set',
      '  valid: 1 text is in train too',
      '  2 texts have other labels elsewhere',
    ]);
  });

  it('ends with the time that a run takes, and its long stages', async () => {
    const stages = { linear: 2, finetune: 600, classify: 1200, evaluate: 1 };
    const text = summaryLines({ ...(await look(letters, { stages })), preset: 'small' }).join(' ');
    expect(text).toMatch(
      / a run with the preset small takes about 30 min here \(finetune 10 min, classify\s+20 min\), at the machine’s present load$/,
    );
  });
});

describe('shortSummaryLines', () => {
  it('has the same in a few lines of a terminal’s width', async () => {
    const train = Array.from({ length: 60 }, (_, i) => row(`text ${i}`, `class number ${i % 20}`));
    const lines = shortSummaryLines(
      await look(
        { train, validShare: 0.4 },
        { unknown: { valid: 0.0321 }, exact: false, stages: { finetune: 40 } },
      ),
    );
    expect(lines).toEqual([
      'rows: 20 classes, one per text',
      '  texts: train 40, valid 20',
      '  classes: class number 0 2, class number 1 2, class number 10 2, and 17 more',
      '  words: median 2, 95 % up to 2, at most 2; about 3.21 % of the tokens unknown',
      '  a run takes about 40 s here, at the machine’s present load',
    ]);
    for (const line of shortSummaryLines(await look(letters, { stages: { finetune: 5e3, classify: 5e3 } })))
      expect(line.length, line).toBeLessThanOrEqual(80);
  });
});
