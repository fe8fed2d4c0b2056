import '@tensorflow/tfjs'; // any backend; `useBackend()` of @ulmfit/backend-node is far faster
import { presets, trainTextClassifier } from '@ulmfit/pipeline';

const { tiny } = presets;
const { classifier } = await trainTextClassifier({
  train: [
    { text: 'My card was charged twice.', label: 'billing' },
    { text: 'The invoice is wrong.', label: 'billing' },
    { text: 'I cannot sign in.', label: 'account' },
    { text: 'Please reset my password.', label: 'account' },
  ],
  unlabelled: ['Where is my parcel?'],
  recipe: {
    ...tiny, // of real texts a preset as it is, such as `presets['own-data']`
    encoder: { embedding: 8, hidden: 8, layers: 2 },
    languageModel: { ...tiny.languageModel, texts: 'train-and-unlabelled', batchSize: 2, window: 5 },
  },
});
const [first] = await classifier.predict(['The card was declined.']);
console.log(first?.label, first?.probability, first?.probabilities);
classifier.dispose();
