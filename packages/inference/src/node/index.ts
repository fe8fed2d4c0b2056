// For Node: paths and packages beside what `@ulmfit/inference` reads.
export { loadClassifier, loadLanguageModel, loadModel, type LoadLocalModelOptions } from './load-model.js';
export { findModel, type FindModelOptions, type FoundModel } from './find-model.js';
export { inspectModels, isModelPath, type InspectedModel } from './inspect-model.js';
export { packageOfModel } from './named-models.js';
