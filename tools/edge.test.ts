import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { createClassifier } from '@ulmfit/awd-lstm';
import { bundleFileBytes } from '@ulmfit/checkpoint';
import { bundleOfClassifier, loadedClassifier, plainDecision, type Prediction } from '@ulmfit/inference';
import { specialTokens, tokenizerNamed, Vocabulary } from '@ulmfit/text';
import { build } from 'vite';
import { expect, it } from 'vitest';
import { root } from './packages/published-packages.js';

/** A worker's module in one script. */
async function bundled(entry: string): Promise<string> {
  const built = await build({
    root,
    configFile: false,
    logLevel: 'error',
    resolve: { conditions: ['@ulmfit/source', 'browser', 'module', 'import', 'default'] },
    build: {
      write: false,
      minify: false,
      target: 'es2022',
      lib: { entry: join(root, entry), formats: ['iife'], name: 'worker' },
    },
  });
  const outputs = Array.isArray(built) ? built : 'output' in built ? [built] : [];
  return outputs
    .flatMap(({ output }) => output.map((each) => (each.type === 'chunk' ? each.code : '')))
    .join('');
}

it('answers from a worker of the edge, which has the web’s interfaces and nothing of Node', async () => {
  const vocabulary = new Vocabulary([...specialTokens, 'my', 'card', 'parcel']);
  const sizes = { vocabulary: vocabulary.size, embedding: 4, hidden: 6, layers: 2 };
  const model = createClassifier({ ...sizes, classes: 2, headLayers: [3] }, { seed: 1 });
  const decided = {
    classifier: { model, vocabulary, classes: ['billing', 'delivery'], backwards: false },
    tokenizer: tokenizerNamed('fastai'),
    decision: plainDecision,
  };
  const file = await bundleFileBytes(bundleOfClassifier(decided));
  const texts = ['My card.', 'My parcel'];
  const expected = await loadedClassifier(decided).predict(texts);
  model.dispose();

  const asked: string[] = [];
  const context = createContext({
    ...{
      TextDecoder,
      TextEncoder,
      URL,
      Response,
      Request,
      Headers,
      Blob,
      ReadableStream,
      AbortController,
      AbortSignal,
    },
    ...{
      crypto,
      performance,
      setTimeout,
      clearTimeout,
      queueMicrotask,
      atob,
      btoa,
      console,
      structuredClone,
    },
    fetch: async (address: URL) => {
      asked.push(String(address));
      return new Response(file);
    },
  });
  // As all workers have, by the standard: by these TensorFlow.js knows where it is.
  runInContext('globalThis.self = globalThis; globalThis.WorkerGlobalScope = class {}', context);
  expect(runInContext('typeof process + typeof require + typeof Buffer + typeof setImmediate', context)).toBe(
    'undefined'.repeat(4),
  );
  runInContext(
    `${await bundled('docs/examples/edge/worker.ts')}; globalThis.answer = worker.default ?? worker`,
    context,
  );
  const { fetch: answer } = context['answer'] as {
    fetch(request: Request, environment: object): Promise<Response>;
  };
  const environment = { MODEL: 'https://models.example/tickets.ulmfit' };
  for (let i = 0; i < 2; i++) {
    const request = new Request('https://edge.example/', { method: 'POST', body: JSON.stringify({ texts }) });
    const given = (await (await answer(request, environment)).json()) as Prediction[];
    given.forEach(({ label, probability }, row) => {
      expect(label).toBe(expected[row]?.label);
      expect(probability).toBeCloseTo(expected[row]?.probability ?? NaN, 5);
    });
  }
  expect(asked).toEqual([environment.MODEL]);
});
