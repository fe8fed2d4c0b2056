import { describe, expect, it } from 'vitest';
import { inventedEvaluation } from '../evaluation.test-helper.js';
import { evaluationSections, mainFigureSection } from './evaluation-sections.js';

const numbered = (count: number) => Array.from({ length: count }, (_, i) => `class ${i}`);
const words = (page: string) => page.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ');
const captions = (page: string) =>
  [...page.matchAll(/<figcaption[^>]*>\s*(.*?)\s*<\/figcaption>/gs)].map(([, title]) => title);

describe('mainFigureSection', () => {
  it('is coloured by how the classifier stands', () => {
    const classes = numbered(4);
    const card = (skill: { neural: number; linear?: number; blend?: number }) =>
      mainFigureSection(inventedEvaluation({ classes, skill })).text;
    expect(card({ neural: 1, linear: 1, blend: 1.5 })).toMatch(
      /class="main good".*Accuracy.*beats guessing/s,
    );
    expect(card({ neural: 1, linear: 1.5, blend: 0.7 })).toMatch(
      /class="main below".*below the plain baseline.*Yet the linear model alone/s,
    );
    expect(card({ neural: 0 })).toMatch(/class="main guess".*no better than guessing/s);
    expect(words(card({ neural: 1 }))).toMatch(
      /Accuracy on 200 test texts (\d\d\.\d\d %) beats guessing 95 % interval .* guessing .* this run \1 Better than guessing/,
    );
    expect(words(card({ neural: 1, linear: 1, blend: 1.5 }))).toMatch(
      /guessing .* plain baseline .* this run/,
    );
  });
});

describe('evaluationSections', () => {
  const evaluation = inventedEvaluation({ classes: numbered(5) });
  const page = evaluationSections(evaluation).text;

  it('shows the classifiers, the classes, the confusions and the calibration', () => {
    expect(captions(page)).toEqual([
      'Confusion matrix: rows are true classes, columns predicted ones',
      'Most confused',
      'Precision, recall and F1 of the blend',
      'Side by side',
      'How often the predicted class is right, by its probability',
    ]);
    const { linear, neural, blend } = evaluation.judgements;
    const row = [linear, neural, blend].map((each) => each?.macro.f1.toFixed(3)).join(' ');
    expect(words(page)).toContain(`macro F1 ${row}`);
    expect(words(page)).toMatch(
      /class 4 0\.\d{3} 0\.\d{3} 0\.\d{3} 0\.\d{3} 0\.\d{3} 0\.\d{3} \d+ macro mean/,
    );
  });

  it('colours each cell of the matrix by its share of the row', () => {
    const [count = 0] = evaluation.judgements.blend?.confusion?.[0] ?? [];
    const all = evaluation.judgements.blend?.perClass[0]?.support ?? 0;
    expect(page).toContain(`title="${count} of ${all} texts of class 0 are predicted as class 0"`);
    expect(page).toContain(`--share: ${Number((count / all).toFixed(3))}`);
    expect(evaluationSections(inventedEvaluation({ classes: numbered(31) })).text).not.toContain(
      'class="confusion',
    );
  });

  it('draws the calibration of each classifier', () => {
    const svg = /<svg.*<\/svg>/s.exec(page)?.[0] ?? '';
    for (const name of ['perfect', 'linear', 'neural', 'blend', 'predicted probability']) {
      expect(svg).toContain(`>${name}<`);
    }
    expect(svg).toContain('role="img"');
  });

  it('shows the texts of the mistakes as they are, cut where they are long', () => {
    const hostile = '<script>alert(1)</script>\u001b[31m\u202e "quoted" & long ';
    const shown = evaluationSections(
      inventedEvaluation({ classes: ['<b>', 'pos'], text: (i) => hostile.repeat(1 + 30 * (i % 2)) }),
    ).text;
    expect(shown).not.toMatch(/<script|<b><|\u001b|\u202e/);
    expect(shown).toContain('&lt;script&gt;alert(1)&lt;/script&gt;\ufffd[31m');
    expect(shown).toContain('&lt;b&gt;');
    const texts = [...shown.matchAll(/<blockquote>(.*?)<\/blockquote>/gs)].map(([, text = '']) => text);
    expect(texts.length).toBeGreaterThan(0);
    expect(texts.some((text) => text.endsWith(' …'))).toBe(true);
  });

  it('colours the words of mistakes that are explained, and obeys none', () => {
    const told = inventedEvaluation({ classes: numbered(2) });
    const pieces = [
      { text: 'So ', contribution: 0 },
      { text: '<b>good\u001b', contribution: 2 },
      { text: ' bad', contribution: -1 },
      { text: ' x'.repeat(400), contribution: 0.01 },
      { text: 'cut', contribution: 1 },
    ];
    const mistakes = told.mistakes.map((each, i) => (i === 0 ? { ...each, pieces } : each));
    const shown = evaluationSections({ ...told, mistakes }).text;
    expect(shown).toMatch(
      /<mark\s+class="for"\s+style="--share: 1\.00"\s+title="\+2\.00"\s+>&lt;b&gt;good\ufffd<\/mark/,
    );
    expect(shown).toMatch(/<mark\s+class="against"\s+style="--share: 0\.50"\s+title="-1\.00"\s+> bad<\/mark/);
    expect(shown).not.toContain('>cut<');
    expect(shown).toContain('the predicted class');
    expect(evaluationSections(told).text).not.toContain('<mark');
  });

  it('shows the fields of a text without the marks between them', () => {
    const text = () => 'xxfld 1 Two accounts xxfld 2 Please help.';
    const shown = evaluationSections(inventedEvaluation({ classes: ['a', 'b'], text })).text;
    expect(shown).toContain('<blockquote>Two accounts · Please help.</blockquote>');
  });

  it('shows several classes a text, one classifier alone, and no text at all', () => {
    const tags = evaluationSections(inventedEvaluation({ classes: numbered(4), multiLabel: true })).text;
    expect(words(tags)).toMatch(/micro mean .* macro mean/);
    expect(tags).not.toContain('class="confusion');
    const alone = evaluationSections(inventedEvaluation({ classes: numbered(2), skill: { neural: 1 } })).text;
    expect(captions(alone)).toContain('Figures');
    expect(captions(alone)).not.toContain('Most confused');
    const none = evaluationSections(
      inventedEvaluation({ classes: numbered(2), texts: 0, skill: { neural: 1 } }),
    );
    expect(none.text).not.toMatch(/NaN|undefined|Infinity/);
  });
});
