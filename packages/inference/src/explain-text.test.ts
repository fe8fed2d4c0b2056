import { memory, mul, tidy } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { createClassifier } from '@ulmfit/awd-lstm';
import { trainLinear, type LinearClassifier } from '@ulmfit/linear';
import { adam } from '@ulmfit/optimizers';
import { classifierLoader, specialTokens, tokenizerNamed, Vocabulary } from '@ulmfit/text';
import { createTrainer } from '@ulmfit/trainer';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { encodeTexts } from './encode-texts.js';
import {
  documentLogits,
  explainedPieces,
  explainText,
  loadedClassifier,
  probabilitiesOf,
  type DecidedClassifier,
  type Decision,
  type Explanation,
} from './index.js';

const tokenizer = tokenizerNamed('fastai');
const words = ['good', 'bad', 'film', 'the', 'a', 'was', 'story', 'warm', 'dull', ',', '.', '!', 'very', '3'];
const vocabulary = new Vocabulary([...specialTokens, ...words]);
const rows = Array.from({ length: 32 }, (_, i) => {
  const [noun, much] = [i % 3 === 0 ? 'film' : 'story', i % 4 < 2 ? '' : i % 8 < 4 ? 'VERY ' : 'very '];
  const says =
    [
      ['bad', 'dull'],
      ['good', 'warm'],
    ][i % 2]?.[(i >> 1) % 2] ?? '';
  return { text: `The ${noun} was ${much}${says}${i % 5 === 0 ? ', a film.' : '!'}`, labels: [i % 2] };
});

let trained: DecidedClassifier;
let linear: LinearClassifier;

/** A small model that has learnt the invented texts. */
beforeAll(async () => {
  const model = createClassifier(
    {
      vocabulary: vocabulary.size,
      embedding: 6,
      hidden: 8,
      layers: 1,
      classes: 2,
      window: 6,
      maxLength: 18,
      headLayers: [5],
    },
    { seed: 3 },
  );
  const documents = await encodeTexts(
    rows.map(({ text }) => text),
    tokenizer,
    vocabulary,
  );
  const labels = rows.map((row) => row.labels[0] as number);
  const train = classifierLoader(documents, labels, { batchSize: 16, window: 6, shuffle: true, seed: 1 });
  await createTrainer({ model, optimizer: adam() }).fit({ stage: 'train', train, epochs: 15, lr: 5e-2 });
  trained = {
    classifier: { model, vocabulary, classes: ['neg', 'pos'], backwards: false },
    tokenizer,
    decision: { temperature: 1 },
  };
  linear = await trainLinear(rows, { classes: 2, multiLabel: false });
});
afterAll(() => trained.classifier.model.dispose());

let before = 0;
beforeEach(() => void (before = memory().numTensors));
afterEach(() => expect(memory().numTensors).toBe(before));

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
/** What a token adds to the difference of two classes' logits: what says one is not what says both. */
const between = ({ classes: [neg, pos] }: Explanation) =>
  pos!.contributions.map((each, i) => each - neg!.contributions[i]!);

function expectComplete({ classes, prediction }: Explanation): void {
  for (const { contributions, logit, baseline, isComplete, gap } of classes) {
    expect(isComplete).toBe(true);
    const difference = Math.abs(logit - baseline);
    expect(Math.abs(sum(contributions) - (logit - baseline))).toBeCloseTo(gap, 9);
    expect(gap).toBeLessThanOrEqual(0.01 * Math.max(difference, 0.1) + 1e-4);
  }
  // The logits are those that the prediction is made of.
  const [probabilities] = probabilitiesOf([classes.map(({ logit }) => logit)], false);
  Object.values(prediction.probabilities).forEach((p, c) => expect(probabilities?.[c]).toBeCloseTo(p, 4));
}

describe('an explanation of a trained model', () => {
  it('points at the words that tell, and is complete', async () => {
    const text = 'The film was warm, a good film.';
    const explanation = await explainText(trained, text);
    expect(explanation.prediction.label).toBe('pos');
    expect(explanation).toMatchObject({ text, of: 'neural', method: 'integrated-gradients', context: 0 });
    expectComplete(explanation);
    const says = between(explanation);
    const best = says.indexOf(Math.max(...says));
    expect(['good', 'warm']).toContain(explanation.tokens[best]?.token);
    const opposite = await explainText(trained, 'The film was dull, a bad film.');
    const worst = between(opposite);
    expect(['bad', 'dull']).toContain(opposite.tokens[worst.indexOf(Math.min(...worst))]?.token);
    // The mark of the beginning is the baseline's too.
    expect(explanation.tokens[0]).toEqual({ token: 'xxbos', start: 0, end: 0 });
    expect(explanation.classes.map(({ contributions }) => contributions[0])).toEqual([0, 0]);
  });

  it('gives each token its place in the text', async () => {
    const text = '  The film &amp; was VERY good!!!';
    const { tokens } = await explainText(trained, text, { classes: ['pos'] });
    const found = tokens.filter(({ start, end }) => end > start);
    expect(found.map(({ start, end }) => text.slice(start, end))).toEqual([
      ...['The', 'film', '&', 'amp;', 'was', 'VERY', 'good', '!!!'],
    ]);
  });

  it('by integrated gradients goes with occlusion', async () => {
    for (const text of [
      'A good film.',
      'The dull story was very bad, a bad film!',
      'good bad good warm dull.',
    ]) {
      const [a, b] = [
        between(await explainText(trained, text)),
        between(await explainText(trained, text, { method: 'occlusion' })),
      ];
      expect(correlation(a, b)).toBeGreaterThan(0.6);
    }
  });

  it('by occlusion is the difference that a word makes', async () => {
    const [text, without] = ['the film was good', 'the film was unheard'];
    const documents = await encodeTexts([text, without], tokenizer, vocabulary);
    const [own, other] = await documentLogits(trained.classifier, documents);
    const { classes, tokens, steps } = await explainText(trained, text, { method: 'occlusion' });
    const at = tokens.findIndex(({ token }) => token === 'good');
    classes.forEach(({ contributions, logit }, c) => {
      expect(logit).toBeCloseTo(own![c]!, 5);
      expect(contributions[at]).toBeCloseTo(own![c]! - other![c]!, 5);
    });
    expect(steps).toBe(0);
  });

  it('explains a blend of logits as the one model that it is', async () => {
    const decision: Decision = {
      ...{ temperature: 1.5, linearWeight: 0.4, linearTemperature: 0.7 },
      ...{ blendOf: 'logits', blendTemperature: 0.8 },
    };
    const explanation = await explainText({ ...trained, linear, decision }, 'The film was good, very good!');
    expect(explanation.of).toBe('blend');
    expectComplete(explanation);
    for (const { contributions, neural, linear: other } of explanation.classes) {
      contributions.forEach((each, i) => expect(each).toBeCloseTo(neural![i]! + other![i]!, 9));
      expect(sum(other!.map(Math.abs))).toBeGreaterThan(0);
      expect(sum(neural!.map(Math.abs))).toBeGreaterThan(0);
    }
    const at = explanation.tokens.findIndex(({ token }) => token === 'good');
    expect(explanation.classes[1]!.linear![at]).toBeGreaterThan(0);
  });

  it('explains the linear model alone exactly, and the members of a blend of probabilities', async () => {
    const text = 'The bad, dull film.';
    const alone = await explainText(
      { ...trained, linear, decision: { temperature: 1, linearWeight: 1 } },
      text,
    );
    expect(alone).toMatchObject({ of: 'linear', steps: 0 });
    expectComplete(alone);
    const [logits] = linear.logits([text]);
    alone.classes.forEach(({ logit, baseline, contributions }, c) => {
      expect(logit).toBeCloseTo(logits![c]!, 9);
      expect(baseline + sum(contributions)).toBeCloseTo(logit, 9);
    });
    const old = await explainText(
      { ...trained, linear, decision: { temperature: 1, linearWeight: 0.5 } },
      text,
    );
    expect(old.of).toBe('members');
    const neural = await explainText(trained, text);
    old.classes.forEach(({ neural: own, linear: other }, c) => {
      own!.forEach((each, i) => expect(each).toBeCloseTo(neural.classes[c]!.contributions[i]! / 2, 5));
      other!.forEach((each, i) => expect(each).toBeCloseTo(alone.classes[c]!.contributions[i]! / 2, 9));
    });
  });

  it('explains one class as among all, and says which there are', async () => {
    const classifier = loadedClassifier(trained);
    const all = await classifier.explain('A warm film');
    const { classes } = await classifier.explain('A warm film', { classes: ['pos'] });
    expect(classes.map(({ label }) => label)).toEqual(['pos']);
    classes[0]!.contributions.forEach((each, i) =>
      expect(each).toBeCloseTo(all.classes[1]!.contributions[i]!, 2),
    );
    await expect(classifier.explain('A film', { classes: ['posit'] })).rejects.toThrow(
      'class posit: unknown; the classes are neg, pos',
    );
    await expect(classifier.explain('  ')).rejects.toMatchObject({ code: 'EMPTY_TEXT' });
    await expect(classifier.explain(7 as unknown as string)).rejects.toMatchObject({ code: 'BAD_OPTION' });
    const method = 'lime' as 'occlusion';
    await expect(classifier.explain('A film', { method })).rejects.toThrow(
      'explain: method is "lime"; it must be integrated-gradients or occlusion',
    );
    const signal = AbortSignal.abort(new Error('enough'));
    for (const method of ['occlusion', 'integrated-gradients'] as const)
      await expect(classifier.explain('A film', { method, signal })).rejects.toThrow('enough');
  });
});

it('is complete for any text, of a model that reads from either end', async () => {
  const sizes = { vocabulary: vocabulary.size, embedding: 4, hidden: 5, layers: 1 };
  const piece = fc.constantFrom(
    'Good ',
    'bad',
    ' film',
    '!!! ',
    'the',
    '\n',
    '<br />',
    ' VERY',
    '映画',
    '\ud83d',
    'x ',
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(piece, { minLength: 1, maxLength: 14 }).map((parts) => parts.join('')),
      fc.boolean(),
      fc.nat(99),
      async (text, backwards, seed) => {
        fc.pre(/\S/.test(text));
        const model = createClassifier({ ...sizes, classes: 2, window: 5, maxLength: 10 }, { seed });
        try {
          for (const { name, variable } of model.groups.flatMap((group) => group.parameters))
            if (name === 'embedding') tidy(() => variable.assign(mul(variable, 10)));
          const classifier = { ...trained.classifier, model, backwards };
          const explanation = await explainText(
            { ...trained, classifier, linear, decision: trained.decision },
            text,
          );
          expectComplete(explanation);
          for (const { contributions } of explanation.classes) {
            const pieces = explainedPieces(explanation, contributions);
            expect(pieces.map((each) => each.text).join('')).toBe(text);
            // What no token of the text has is a mark's alone.
            if (pieces.some(({ contribution }) => contribution !== 0))
              expect(sum(pieces.map(({ contribution }) => contribution))).toBeCloseTo(sum(contributions), 6);
          }
        } finally {
          model.dispose();
        }
      },
    ),
    { seed: 2, numRuns: 20 },
  );
});

function correlation(a: readonly number[], b: readonly number[]): number {
  const centred = (values: readonly number[]) => values.map((x) => x - sum(values) / values.length);
  const [x, y] = [centred(a), centred(b)];
  const product = (p: readonly number[], q: readonly number[]) => sum(p.map((each, i) => each * q[i]!));
  return product(x, y) / Math.sqrt(product(x, x) * product(y, y));
}
