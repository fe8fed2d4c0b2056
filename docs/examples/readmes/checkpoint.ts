import '@tensorflow/tfjs'; // any backend
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ones } from '@tensorflow/tfjs-core';
import { openRunFolder, tensorsFromSafetensors, tensorsToSafetensors } from '@ulmfit/checkpoint';

const bytes = tensorsToSafetensors({ weight: ones([2, 3]) }); // Hugging Face's format
console.log(tensorsFromSafetensors(bytes)['weight']?.shape); // [2, 3]

// A run: one writer, metrics, checkpoints.
const run = openRunFolder(join(mkdtempSync(join(tmpdir(), 'runs-')), 'mine'), { config: { seed: 7 } });
run.metrics.append({ step: 1, loss: 4.2 });
console.log(run.checkpoints.latest()); // a corrupt one is named in `rejected`, the one before it offered
run.close();
