import { UlmfitError } from '@ulmfit/errors';
import { inspectModels } from '@ulmfit/inference/node';
import { modelJson, modelLines, problemsOf } from '../print-model.js';
import { printLines } from '../standard-output.js';
import { jsonText } from '../terminal-text.js';

/** `ulmfit inspect MODEL`: each model that is there, whole or not. */
export async function inspectModel(path: string, json?: boolean): Promise<void> {
  const models = await inspectModels(path);
  await printLines(
    json
      ? [jsonText({ models: models.map(modelJson) }, 2)]
      : models.flatMap((model, i) => [...(i > 0 ? [''] : []), ...modelLines(model)]),
  );
  const damaged = models.find((model) => problemsOf(model).length > 0);
  if (damaged)
    throw new UlmfitError('BAD_BUNDLE', `${damaged.path}: ${problemsOf(damaged)[0]}; copy the model again`);
}
