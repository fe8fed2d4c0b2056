export { createServer, type CreateServerOptions, type ModelServer } from './create-server.js';
export type { ServedModel } from './served-model.js';
export type { ServerLimits } from './server-options.js';
export { Metrics, type Counter, type Histogram } from './metrics.js';
