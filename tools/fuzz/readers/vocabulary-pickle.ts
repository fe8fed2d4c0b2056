import fc from 'fast-check';
import { readItos } from '@ulmfit/checkpoint';
import { specialTokens, Vocabulary } from '@ulmfit/text';
import * as p from '../../../packages/checkpoint/src/pickle-writer.test-helper.js';
import type { FuzzedReader } from '../reader.js';
import { realFiles } from '../real-files.js';
import { anyPickle, hostilePickles } from './pickles.js';

const words = p.list(...[...specialTokens, 'the', 'film', 'é', '\n'].map(p.text));

/** fastai's pickled vocabularies, as loading a `.pth` reads them. */
export const pickleReader = (): FuzzedReader => ({
  name: 'pickle (itos.pkl)',
  samples: [
    p.pickle(words),
    p.pickle(words, 4),
    p.pickle(p.setState(p.call(p.global('fastcore.foundation', 'L')), p.dict([p.text('items'), words]))),
    ...realFiles(/\.pkl$/, 20_000),
  ],
  hostile: hostilePickles,
  arbitrary: fc.oneof(anyPickle, fc.uint8Array({ maxLength: 40 })),
  read: (bytes) => Vocabulary.fromJSON(readItos(bytes, 'itos.pkl')),
});
