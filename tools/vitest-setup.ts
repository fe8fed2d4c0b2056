// In Node, tfjs-core alone has no gradients and no chained operations: the union package registers them, as tfjs-node
// does on its way. With it comes the plain JavaScript backend, which the unit tests run on.
import '@tensorflow/tfjs';
import { setBackend } from '@tensorflow/tfjs-core';

await setBackend('cpu');

// Tests leave nothing in the user's cache.
process.env['ULMFIT_TOKEN_CACHE'] ??= '0';
