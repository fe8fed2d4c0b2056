// A thread that tokenizes: it loads the tokenizer and nothing of TensorFlow.js. `TokenizerPool` starts it.
import { parentPort, workerData } from 'node:worker_threads';
import { packTexts, type TextChunk } from '@ulmfit/text/tokens';
import { tokenizerOfThread, type ThreadTokenizer } from './thread-tokenizer.js';

const tokenizer = await tokenizerOfThread(workerData as ThreadTokenizer);
parentPort?.on('message', (chunk: TextChunk) => {
  const result = packTexts(chunk, tokenizer);
  parentPort?.postMessage(result, 'ids' in result ? [result.ids.buffer, result.lengths.buffer] : []);
});
