import type { ModelWorker } from '@ulmfit/inference/worker';

// What the examples use of a page: a project of yours has the library `dom`.
declare global {
  const Worker: new (url: URL, options: { readonly type: 'module' }) => ModelWorker;
}
