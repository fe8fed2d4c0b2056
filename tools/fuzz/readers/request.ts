import { UlmfitError } from '@ulmfit/errors';
import { createServer, type ServedModel } from '@ulmfit/serve';
import { utf8 } from '../../../packages/files/src/mutate.test-helper.js';
import type { FuzzedReader } from '../reader.js';
import { hostileJson, spoiltRecord } from './hostile-json.js';

/** It says of each text what a model would. */
const model: ServedModel = {
  classes: ['billing', 'other'],
  multiLabel: false,
  async *classify(texts) {
    for (const text of texts) {
      if (typeof text !== 'string') throw new TypeError('a text that is none came as far as the model');
      const label = text.includes('card') ? 'billing' : 'other';
      yield /\S/.test(text)
        ? { label, probability: 1, labels: [label], probabilities: { [label]: 1 } }
        : null;
    }
  },
  dispose: () => undefined,
};

const body = { texts: ['My card was charged twice.', ' ', '\u{1f4b3} 2 €'] };

/** The body of a request: it is answered, or refused with a code and a line; the server has no fault. */
export function requestReader(): FuzzedReader {
  const faults: string[] = [];
  const server = createServer({
    model,
    maxBodyBytes: 100_000,
    batchWait: 0,
    log: (line) => faults.push(line),
  });
  return {
    name: 'a request',
    samples: [utf8(JSON.stringify(body)), utf8(JSON.stringify(body, null, 2))],
    hostile: () => [...hostileJson(), utf8(JSON.stringify({ texts: new Array(100_000).fill('') }))],
    arbitrary: spoiltRecord(body),
    read: async (bytes) => {
      const response = await server.fetch(
        new Request('http://localhost/classify', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: bytes.slice(),
        }),
      );
      const answer: unknown = await response.json();
      if (faults.length > 0) throw new Error(faults.splice(0).join('; '));
      if (response.ok) return answer;
      const { code, message } = (answer as { error: { code: string; message: string } }).error;
      throw new UlmfitError(code, message);
    },
  };
}
