import { createClassifier } from '@ulmfit/awd-lstm';

const sizes = { vocabulary: 20, embedding: 4, hidden: 6, layers: 3, classes: 2 };
const classifier = createClassifier(sizes); // the last layer, as in the paper
const wider = createClassifier({ ...sizes, pooling: 'all-layers' });
console.log(classifier.pooledFeatures, wider.pooledFeatures); // 12 and 60
