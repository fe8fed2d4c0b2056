// The same server with the model in its own process, to compare: `npm run bench:serve -- --in-process`.
import { useBackend } from '../../packages/backend-node/dist/index.js';
import { loadClassifier } from '../../packages/inference/dist/node/index.js';
import { createServer } from '../../packages/serve/dist/index.js';
import { serve } from '../../packages/serve/dist/node/index.js';

await useBackend();
const model = await loadClassifier(process.argv[2] ?? '');
const { url, close } = await serve(createServer({ model }), { port: 0 });
console.log(`Serving on ${url}`);
process.once('SIGTERM', () => void close());
