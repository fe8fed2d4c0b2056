import { fromFastai, readItos, readPytorch, tensorsFromRaw } from '@ulmfit/checkpoint';

// fastai's pretrained weights, by this project's names
const { kind, shape, tensors } = fromFastai(readPytorch('wt103-fwd.pth')); // 'language-model', { vocabulary, ... }
const weights = tensorsFromRaw(tensors); // Record<string, Tensor>, the caller's
const words = readItos('wt103-fwd.pkl'); // string[]
console.log(kind, shape, Object.keys(weights).length, words.length);
