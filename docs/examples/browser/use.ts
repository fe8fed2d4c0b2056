import type { LoadingProgress } from '@ulmfit/inference';
import { loadModelInWorker } from '@ulmfit/inference/worker';

/** What a visitor's text is about. */
export async function classify(address: string, text: string, draw: (part: number) => void) {
  const model = await loadModelInWorker(address, {
    worker: new Worker(new URL('./model.worker.ts', import.meta.url), { type: 'module' }),
    onProgress: ({ loaded, total }: LoadingProgress) => draw(loaded / total),
  });
  try {
    if (model.kind !== 'classifier') throw new Error('not a classifier');
    return await model.predict([text]);
  } finally {
    model.dispose(); // ends the worker
  }
}
