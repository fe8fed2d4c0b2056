import { judge, presets, type RunMetrics, type RunRecord } from '@ulmfit/pipeline';
import { describe, expect, it } from 'vitest';
import { remakeCommand } from './remake-command.js';
import { runReport } from './run-report.js';

const figures = { vocabulary: 1184, tokens: 9000, perplexity: 11.383, accuracy: 0.5403, seconds: 61 };
const step = (fit: string, step: number, values: Record<string, number>): RunMetrics => ({
  ...{ type: 'step', fit, epoch: 0, step, lr: 0.01 / step },
  values,
});
const epoch = (fit: string, step: number, values: Record<string, number>): RunMetrics => ({
  ...{ type: 'epoch', fit, epoch: 0, step, seconds: 3 },
  values,
});

// 48 of 50 and 47 of 50 are right.
const truth = Array.from({ length: 100 }, (_, i) => (i < 50 ? 0 : 1));
const probabilities = truth.map((label, i) => {
  const isRight = label === 0 ? i < 48 : i < 97;
  return (label === 0) === isRight ? [0.8, 0.2] : [0.2, 0.8];
});

const run: RunRecord = {
  path: 'runs/mine/',
  settings: {
    task: { kind: 'imdb', data: 'sample', splitSeed: 1, labels: 20 },
    corpus: { kind: 'sample' },
    ...{ backwards: false, transfer: true, linear: true, seed: 7 },
    recipe: presets.tiny,
    plugins: { classify: ['plateau', { name: 'mixout', settings: { rate: 0.1 } }] },
    optimizer: { pretrain: { name: 'sgd', defaults: { momentum: 0.9 } } },
  },
  task: {
    ...{ name: 'sample', classes: ['neg', 'pos'], multiLabel: false, fingerprint: 'f' },
    counts: { train: 18, valid: 2, test: 100 },
  },
  model: { architecture: 'AWD-LSTM', sizes: { embedding: 32, hidden: 64, layers: 3 }, vocabulary: 1184 },
  engine: { backend: 'wasm', precision: 'float32', threads: 2, version: '4.22.0', fastKernels: [] },
  result: {
    finetune: figures,
    classify: {
      seconds: 3,
      best: { fit: 'classify.2-all', epoch: 1, loss: 0.43219, accuracy: 0.875, macroF1: 0.8712 },
    },
    evaluate: {
      ...{ split: 'test', seconds: 1, chosen: 'neural', mistakes: [] },
      judgements: { neural: judge(probabilities, truth, { classes: ['neg', 'pos'], multiLabel: false }) },
    },
  },
  metrics: [
    ...[1, 2, 3].map((at) => step('finetune', at, { loss: 5 / at, ar: 0.1, gradNorm: 0.3 })),
    epoch('finetune', 3, { loss: 4.2, 'valid/loss': 2.4321 }),
    ...[1, 2].map((at) => step('classify.1-head', at, { loss: 1 / at })),
    ...[1, 2].map((at) => step('classify.2-all', at, { loss: 0.5 / at })),
    epoch('classify.2-all', 2, { loss: 0.123456 }),
  ],
};

const texts = (page: string) =>
  page
    .replaceAll(/<style>.*?<\/style>/gs, '')
    .replaceAll(/data-tip="[^"]*"/g, '')
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/\s+/g, ' ');
const namesIn = (svg: string) => [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, name]) => name);
const captions = (page: string) =>
  [...page.matchAll(/<figcaption[^>]*>\s*(.*?)\s*<\/figcaption>/gs)].map(([, title]) => title);

describe('runReport', () => {
  const page = runReport(run);

  it('tells the figures of the run, and what ran', () => {
    const text = texts(page);
    expect(text).toContain(
      'Accuracy on 100 test texts 95.00 % beats guessing 95 % interval 88.82 % to 97.85 %',
    );
    expect(text).toContain('Perplexity on the task’s texts 11.38');
    expect(text).toContain('wasm 4.22.0, float32, threads: 2');
    expect(text).toContain('Time of training 6s');
    expect(text).toContain(
      'sample: 2 classes, one per text; 18 texts to train on, 2 to validate, 100 to test',
    );
    expect(text).toMatch(/classify\.2-all 1 2 3s 0\.1235/);
    expect(text).toContain(
      'epoch 2 of classify.2-all kept: on the validation texts loss 0.4322, accuracy 87.50 %, macro-F1 0.871.',
    );
    expect(text).toContain('Plugins added to the recipe’s classify: plateau, mixout (rate 0.1)');
    expect(text).toContain('Optimizer instead of the recipe’s pretrain: sgd');
    expect(page).toContain('<title>mine');
  });

  it('draws what there is: terms and gradients only where they were logged', () => {
    expect(captions(page)).toEqual([
      'Confusion matrix: rows are true classes, columns predicted ones',
      'Precision, recall and F1',
      'Figures',
      'How often the predicted class is right, by its probability',
      'Loss',
      'Learning rate of the top group',
      'Norm of the gradients, before clipping',
      'Terms added to the loss',
      'Loss',
      'Learning rate of the top group',
    ]);
    expect(page.match(/<svg/g)).toHaveLength(7);
    // Where the fits of a stage begin.
    expect(page).toMatch(/>head<.*>all</s);
    expect(page).not.toContain('NaN');
    const [, loss = '', rate = '', , terms = ''] = page.match(/<svg.*?<\/svg>/gs) ?? [];
    expect(namesIn(loss)).toEqual(expect.arrayContaining(['each step', 'smoothed', 'validation', 'step']));
    expect(namesIn(rate)).toContain('learning rate');
    expect(namesIn(terms)).toContain('ar');
    expect(loss).toContain('role="img" aria-label="Loss"');
  });

  it('tells when, and folds each stage that is done with what it came to', () => {
    const dated = texts(runReport(run, { date: new Date('2026-03-04T12:00:00Z') }));
    expect(dated).toContain('sample, 2 classes · 2026-03-04 · trained in 6s');
    expect(page.match(/<details class="stage"\s*>/g)).toHaveLength(2);
    expect(texts(page)).toMatch(
      /finetune perplexity 11\.38 · 3s .* classify accuracy 87\.50 % on the validation/,
    );
  });

  it('explains its words under the mouse, on focus and in a list', () => {
    const described = [...page.matchAll(/aria-describedby="([^"]+)"\s+data-tip="([^"]+)"/g)];
    expect(described.length).toBeGreaterThan(10);
    for (const [, id = '', tip = ''] of described) expect(page).toContain(`<dd id="${id}">${tip}</dd>`);
  });

  it('needs nothing beside it', () => {
    expect(page).not.toMatch(/<script|<link|<img|@import|url\((?!#)/);
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const addresses = [...page.matchAll(/[a-z]+:\/\/[^\s"'<)]+/g)].map(([address]) => address);
    expect(new Set(addresses)).toEqual(
      new Set(['http://www.w3.org/2000/svg', 'http://www.w3.org/1999/xlink']),
    );
  });

  it('tells of a run that has just begun, and of one under way', () => {
    const begun = runReport({ ...run, engine: undefined, result: {}, metrics: [] });
    expect(texts(begun)).toContain('No stage is finished yet.');
    expect(begun).not.toContain('<svg');
    const half = runReport({ ...run, result: { finetune: figures } });
    expect(texts(half)).toMatch(/classify not finished/);
    expect(half.match(/<details class="stage"\s+open>/g)).toHaveLength(1);
    expect(texts(half)).not.toMatch(/finetune not finished/);
  });

  it('tells of what ran alone', () => {
    const { settings } = run;
    const alone = (stage: string, changes: Partial<RunRecord['settings']>, task?: RunRecord['task']) =>
      texts(
        runReport({
          ...run,
          settings: { ...settings, ...changes },
          ...{ task, model: undefined, result: {} },
          metrics: [step(stage, 1, { loss: 1 })],
        }),
      );
    expect(alone('pretrain', { corpus: { kind: 'sample', words: 9 } })).toMatch(
      /the sample’s general text, 9 words of it Model AWD-LSTM, embedding 32/,
    );
    expect(alone('pretrain', {})).not.toContain('Task');
    expect(alone('classify.1-head', { encoder: 'lm' }, run.task)).toMatch(
      /Task sample: 2 classes, .* Started from lm Learning/,
    );
    expect(alone('finetune', { backwards: true })).toContain('Texts are read backwards');
  });

  it('shows a line of one point, and names no more marks than there is room for', () => {
    const dots = (page: string) =>
      page.match(/<svg.*?<\/svg>/s)?.[0].match(/<path[^>]*fill="#fff"|<circle/g) ?? [];
    const dotsOf = (metrics: RunMetrics[]) => dots(runReport({ ...run, result: {}, metrics }));
    expect(dotsOf([step('pretrain', 1, { loss: 1 })]).length).toBeGreaterThan(0);
    expect(dotsOf([1, 2].map((at) => step('pretrain', at, { loss: 1 })))).toEqual([]);
    const many = Array.from({ length: 60 }, (_, i) => step(`classify.${i}-fit${i}`, 1, { loss: 1 }));
    const marks = namesIn(runReport({ ...run, metrics: many })).filter((name) => name?.startsWith('fit'));
    expect(marks.length).toBeGreaterThan(10);
    expect(marks.length).toBeLessThan(40);
  });

  it('draws the validation figures that lie between 0 and 1', () => {
    const metrics = [1, 2].map((at) =>
      epoch('classify', at, {
        loss: 1,
        'valid/loss': 0.7,
        'valid/accuracy': at / 3,
        'valid/macroF1': at / 4,
      }),
    );
    const page = runReport({ ...run, result: {}, metrics });
    expect(captions(page)).toEqual(['Loss', 'Metrics on the validation set']);
    const [, chart = ''] = page.match(/<svg.*?<\/svg>/gs) ?? [];
    expect(namesIn(chart)).toEqual(expect.arrayContaining(['accuracy', 'macroF1']));
    expect(namesIn(chart)).not.toContain('loss');
  });

  it('goes on where figures are no numbers', () => {
    const lost = run.metrics.map((line) => ({ ...line, values: { loss: NaN } }));
    const page = runReport({ ...run, metrics: lost, result: { finetune: { ...figures, perplexity: NaN } } });
    expect(captions(page)).toEqual(['Learning rate of the top group', 'Learning rate of the top group']);
  });

  it('shows names as they are, whatever is in them', () => {
    const { settings } = run;
    const page = runReport({
      ...run,
      path: '/runs/<b>&',
      settings: { ...settings, encoder: '<script>alert(1)</script>' },
    });
    expect(page).not.toMatch(/<script|<b>/);
    expect(page).toContain('<h1>&lt;b&gt;&amp;</h1>');
  });

  it('says what the first model began with', () => {
    const startOf = (changes: Partial<RunRecord['settings']>) =>
      /Started from (.*?) Model/.exec(
        texts(runReport({ ...run, settings: { ...run.settings, ...changes } })),
      )?.[1];
    expect(startOf({})).toBe('the sample’s general text');
    expect(startOf({ corpus: { kind: 'files', path: 'wiki.txt' } })).toBe('wiki.txt');
    expect(startOf({ pretrained: 'lm.pth' })).toBe('lm.pth');
    expect(startOf({ encoder: 'runs/lm' })).toBe('runs/lm');
    expect(startOf({ corpus: null })).toBe('nothing');
  });
});

describe('the command that makes a run again', () => {
  const { settings } = run;
  const again = (changes: Partial<RunRecord['settings']>) =>
    remakeCommand({ settings: { ...settings, plugins: {}, optimizer: {}, ...changes } });
  const words = (changes: Partial<RunRecord['settings']>) =>
    again(changes)?.command.replace(/^.*ulmfit(\.js)? /, '');

  it('has what differs from the usual', () => {
    expect(words({})).toBe('run --data sample --train-reviews 20 --seed 7 --preset tiny --out runs/again');
    const files = {
      ...{ kind: 'files', name: 'a.csv', data: 'my a.csv', test: 'b.csv', textColumns: ['x', 'y'] },
      ...{ labelColumn: 'z', seed: 1, validShare: 0.2, header: false },
    };
    expect(
      words({ task: files, seed: 1, corpus: { kind: 'files', path: 'w.txt', words: 9 }, linear: false }),
    ).toBe(
      "run --data 'my a.csv' --test b.csv --text-column x,y --label-column z --no-header --valid-share 0.2" +
        ' --corpus w.txt --corpus-words 9 --no-linear --preset tiny --out runs/again',
    );
    expect(words({ encoder: 'runs/lm', seed: 1, transfer: true })).toMatch(
      /^classify --from runs\/lm --data/,
    );
    expect(words({ task: null, seed: 1 })).toBe('pretrain --preset tiny --out runs/again');
  });

  it('says what else it takes, and is none where a program gave the data', () => {
    expect(again({ recipe: { ...presets.tiny, clip: 9 } })).toMatchObject({
      command: expect.stringContaining('--recipe recipe.json') as string,
      beside: 'recipe.json is the “recipe” of the settings below, saved as a file.',
    });
    expect(again({ plugins: { classify: ['plateau'] } })?.beside).toContain('ulmfit.config.ts');
    expect(again({ task: { kind: 'rows' } })).toBeUndefined();
    expect(texts(runReport(run))).toMatch(/Make it again .* run --data sample .* report runs\/mine/);
  });
});
