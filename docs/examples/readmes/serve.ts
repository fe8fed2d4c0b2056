import { createServer, type ServedModel } from '@ulmfit/serve';
import { serve } from '@ulmfit/serve/node';

// In place of this: await loadClassifier('runs/tickets') of @ulmfit/inference/node.
const model: ServedModel = {
  classes: ['billing', 'other'],
  multiLabel: false,
  async *classify(texts) {
    for (const text of texts) {
      const label = /charge|refund/.test(text) ? 'billing' : 'other';
      yield { label, probability: 1, labels: [label], probabilities: { [label]: 1 } };
    }
  },
  dispose: () => undefined,
};

const server = createServer({ model, maxTexts: 32, timeout: 10 });
server.app.get('/version', (c) => c.json({ model: 'tickets 3' })); // it is a Hono application
const { url, close } = await serve(server, { port: 0 });

const response = await fetch(`${url}/classify`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ texts: ['My card was charged twice.'] }),
});
console.log(await response.json());
await close();
