// A thread that tokenizes: it loads the tokenizer and nothing of TensorFlow.js. `TokenizerPool` starts it.
import { parentPort, workerData } from 'node:worker_threads';
import { fastaiTokenizer } from '@ulmfit/text/tokens';
import { packTexts, type TextChunk } from './pack-texts.js';

const tokenizer = fastaiTokenizer();
if (tokenizer.rules !== workerData) {
  throw new Error(`it cuts by other rules, ${tokenizer.rules}: build the packages anew`);
}
parentPort?.on('message', (chunk: TextChunk) => {
  const result = packTexts(chunk, tokenizer);
  parentPort?.postMessage(result, 'ids' in result ? [result.ids.buffer, result.lengths.buffer] : []);
});
