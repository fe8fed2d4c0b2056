import { presets, type EvaluationResult, type RunRecord } from '@ulmfit/pipeline';
import { describe, expect, it } from 'vitest';
import { inventedEvaluation } from '../evaluation.test-helper.js';
import { textWidth } from '../fit-text.js';
import { compareRuns } from './compared-runs.js';
import { comparisonLines } from './comparison-lines.js';
import { comparisonPage } from './comparison-page.js';
import { differingSettings } from './differing-settings.js';

const classes = ['billing', 'delivery', 'login'];

function record(
  path: string,
  evaluate: EvaluationResult | undefined,
  more: Partial<RunRecord> = {},
): RunRecord {
  return {
    path,
    settings: {
      task: { kind: 'files', data: 'tickets.csv' },
      corpus: null,
      ...{ backwards: false, transfer: true, linear: true, seed: 1 },
      recipe: presets.tiny,
      ...{ plugins: {}, optimizer: {} },
    },
    task: {
      ...{ name: 'tickets.csv', classes, multiLabel: false, fingerprint: 'f' },
      counts: { train: 90, valid: 10, test: 200 },
    },
    ...{ engine: undefined, model: undefined, metrics: [] },
    result: { classify: { seconds: 60 }, evaluate },
    ...more,
  };
}

const good = record('runs/good', inventedEvaluation({ classes }));
const poor = record('runs/poor', inventedEvaluation({ classes, skill: { neural: 0.2 } }), {
  settings: { ...good.settings, seed: 2, recipe: { ...presets.tiny, clip: 9 } },
});

describe('compareRuns', () => {
  it('finds the best, and what differs', () => {
    const { runs, settings, notes } = compareRuns([poor, good]);
    expect(runs.map(({ path, isBest, seconds }) => [path, isBest, seconds])).toEqual([
      ['runs/poor', false, 72],
      ['runs/good', true, 72],
    ]);
    expect(settings).toEqual([
      { path: 'seed', values: ['2', '1'] },
      { path: 'recipe.clip', values: ['9', String(presets.tiny.clip)] },
    ]);
    expect(notes).toEqual([]);
  });

  it('says so where the difference may be chance, and where the data differ', () => {
    const near = record('runs/near', inventedEvaluation({ classes, skill: { neural: 1.3 } }), {
      task: good.task && { ...good.task, fingerprint: 'other' },
    });
    expect(compareRuns([good, near]).notes).toEqual([
      expect.stringMatching(/^The runs read different data\./),
      expect.stringMatching(/^The interval of runs\/good overlaps with that of runs\/near: /),
    ]);
  });

  it('refuses runs of other test sets, and those without a score, in one line', () => {
    const other = record('runs/other', inventedEvaluation({ classes, texts: 50 }));
    expect(() => compareRuns([good, other])).toThrow(
      'compare: the runs were scored on different texts, runs/good on 200 test texts of 3 classes and runs/other on 50 test texts of 3 classes; compare runs of one test set, or score each with ulmfit evaluate',
    );
    const renamed = inventedEvaluation({ classes: ['billing', 'delivery', 'password'] });
    expect(() => compareRuns([good, record('b', renamed)])).toThrow(/different texts/);
    expect(() => compareRuns([good, record('runs/open', undefined)])).toThrow(
      'runs/open: this run has no score yet; give its command again to finish it',
    );
  });
});

it('tells settings apart at any depth, lists as a whole', () => {
  expect(differingSettings([{ a: { b: [1, 2], c: 3 } }, { a: { b: [1], c: 3 }, d: null }])).toEqual([
    { path: 'a.b', values: ['[1,2]', '[1]'] },
    { path: 'd', values: ['–', 'null'] },
  ]);
});

describe('for a terminal', () => {
  it('is a table within 80 columns, whatever folders and settings are called', () => {
    const long = record(`runs/${'very-'.repeat(30)}long\u001b[31m`, inventedEvaluation({ classes }), {
      settings: { ...good.settings, task: { kind: 'files', data: 'x'.repeat(60) } },
    });
    const lines = comparisonLines(compareRuns([long, good, poor]));
    for (const line of lines) {
      expect(textWidth(line)).toBeLessThanOrEqual(80);
      expect(line).not.toContain('\u001b');
    }
    expect(lines[0]).toBe('tickets.csv: 200 test texts of 3 classes');
    expect(lines.find((line) => line.startsWith('runs/good'))).toMatch(
      /^runs\/good +90 +\d\d\.\d\d % \* +\d\d\.\d\d % to \d\d\.\d\d % +0\.\d{3} +1m12s$/,
    );
  });

  it('says which runs share a value', () => {
    expect(comparisonLines(compareRuns([good, poor, record('again', good.result.evaluate)]))).toContain(
      '  seed: 1 (good, again), 2 (poor)',
    );
    expect(comparisonLines(compareRuns([good, { ...good, path: 'b' }]))).toContain('no setting differs');
  });
});

it('is a page that obeys nothing, and says how to make it again', () => {
  const page = comparisonPage(compareRuns([good, { ...poor, path: 'runs/<b>' }]));
  expect(page).toContain('runs/&lt;b&gt;');
  expect(page).not.toMatch(/<script|<b>|NaN/);
  expect(page).toMatch(/compare runs\/good .*--out compare\.html/);
  const [low, high] = good.result.evaluate?.judgements.blend?.accuracyInterval ?? [];
  expect(page).toContain(`title="${(100 * (low ?? 0)).toFixed(2)} % to ${(100 * (high ?? 0)).toFixed(2)} %"`);
});
