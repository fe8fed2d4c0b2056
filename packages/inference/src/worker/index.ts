export { loadModelInWorker, type LoadModelInWorkerOptions } from './load-model-in-worker.js';
export { serveModel, type ServeModelOptions } from './serve-model.js';
export type { ModelWorker } from './worker-calls.js';
