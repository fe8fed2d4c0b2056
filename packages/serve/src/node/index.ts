export { serve, type ListeningServer, type ServeOptions } from './serve.js';
export { isolatedModel, type IsolatedModel, type IsolatedModelOptions } from './isolated-model.js';
export { hostModel } from './host-model.js';
export { keepModel, type KeepModelOptions, type KeptModel } from './keep-model.js';
