import { createClassifier } from '@ulmfit/awd-lstm';
import { expect, it, onTestFinished } from 'vitest';
import type { TrainedClassifier } from './classifier-stage.js';
import { evaluateClassifiers } from './evaluate-classifier.js';
import { corpusOf, opinionsOf } from './micro.test-helper.js';

const { texts, labels } = opinionsOf(20);
const { corpus: documents, vocabulary } = corpusOf(texts);

/** A model of random weights, whose classes go by these names. */
function classifierOf(labels: readonly string[], seed: number): TrainedClassifier {
  const sizes = { vocabulary: vocabulary.size, embedding: 6, hidden: 8, layers: 1, window: 6 };
  const model = createClassifier({ ...sizes, classes: labels.length, headLayers: [4] }, { seed });
  onTestFinished(() => model.dispose());
  return { model, vocabulary, labels, backwards: false };
}

it('scores a classifier by the names of its classes, whatever their order', async () => {
  const test = { documents, labels };
  const evaluate = (names: readonly string[], ...more: TrainedClassifier[]) =>
    evaluateClassifiers(
      [classifierOf(names, 1), ...more].map((classifier) => ({ classifier, test })),
      {
        labels: ['neg', 'pos'],
      },
    );
  const inOrder = await evaluate(['neg', 'pos']);
  const { accuracy, confusion } = await evaluate(['pos', 'neg']);
  // The same probabilities under the other names: every answer is the other one.
  expect(accuracy).toBeCloseTo(1 - inOrder.accuracy, 9);
  expect(confusion).toEqual(inOrder.confusion.map((row) => [...row].reverse()));
  await expect(evaluate(['neg', 'pos'], classifierOf(['bad', 'good'], 2))).rejects.toMatchObject({
    code: 'OTHER_LABELS',
    message: expect.stringMatching(/tells bad, good apart, and the documents are neg, pos/) as string,
  });
  await expect(evaluate(['neg', 'pos', 'neutral'])).rejects.toMatchObject({ code: 'OTHER_LABELS' });
});
