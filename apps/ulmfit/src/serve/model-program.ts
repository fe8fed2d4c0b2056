// The program of the model's process, which `ulmfit serve` starts.
import { loadClassifier } from '@ulmfit/pipeline';
import { hostModel } from '@ulmfit/serve/node';
import { architecturesOf, loadConfig } from '../config/load-config.js';
import { startEngine, type EngineFlags } from '../start-engine.js';

/** What `ulmfit serve` tells it. */
export interface ModelToServe {
  readonly path: string;
  readonly tokenizer?: string | undefined;
  readonly engine: EngineFlags;
  /** The settings file, which may name an architecture. */
  readonly config?: string | undefined;
}

hostModel(async (data) => {
  const { path, tokenizer, engine, config } = data as ModelToServe;
  await startEngine(engine);
  const classifier = await loadClassifier(path, {
    ...(tokenizer !== undefined && { tokenizer }),
    architectures: config === undefined ? [] : architecturesOf(await loadConfig(config)),
    onWarning: (message) => void process.stderr.write(`ulmfit: ${message}\n`),
  });
  // The first text takes longer than all others; and what the weights spoil shows before they serve.
  await classifier.predict(['ready']);
  return classifier;
});
