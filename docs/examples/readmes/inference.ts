import '@tensorflow/tfjs-backend-wasm'; // or any other backend
import { loadClassifier } from '@ulmfit/inference';

const classifier = await loadClassifier('https://example.org/models/tickets/');
const [prediction] = await classifier.predict(['My card was charged twice.']);
console.log(prediction?.label, prediction?.probability);
classifier.dispose(); // frees the weights
