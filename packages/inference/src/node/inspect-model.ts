import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { inspectBundle, type BundleInspection } from '@ulmfit/checkpoint';
import { UlmfitError } from '@ulmfit/errors';
import { linearFromBytes } from '../linear-file.js';
import { findModel, kindOf, MODEL_PARTS } from './find-model.js';
import { readModelFiles } from './read-model-files.js';

/** A model as it lies on the disk. */
export interface InspectedModel extends BundleInspection {
  readonly path: string;
  /** The linear model beside it: its terms, or what is wrong with it. */
  readonly linear?: { readonly terms: number } | { readonly problem: string } | undefined;
}

/**
 * Describes models without loading them, so without a backend: that of a file or folder, or each of a run. None of their code runs; damage
 * is reported.
 * @throws UlmfitError `NO_MODEL`, `BAD_BUNDLE` where a description can't be read, `BAD_ZIP`, `FILE_ERROR`
 * @example
 * for (const { path, description } of await inspectModels('runs/mine')) console.log(path, description.kind);
 */
export async function inspectModels(path: string): Promise<InspectedModel[]> {
  const isRun = !existsSync(join(path, 'bundle.json'));
  const parts = isRun ? MODEL_PARTS.filter((part) => existsSync(join(path, part, 'bundle.json'))) : [];
  const places = parts.length > 0 ? parts.map((part) => join(path, part)) : [path];
  const models: InspectedModel[] = [];
  for (const place of places) {
    const { parts: files, label } = await readModelFiles(findModel(place));
    const bytes = files['linear.safetensors'];
    models.push({
      path: label,
      ...inspectBundle(files, label),
      ...(bytes && { linear: linearIn(bytes, label) }),
    });
  }
  return models;
}

function linearIn(bytes: Uint8Array, label: string): InspectedModel['linear'] {
  try {
    return { terms: linearFromBytes(bytes, `${label}/linear.safetensors`).features };
  } catch (error) {
    if (error instanceof UlmfitError) return { problem: error.message };
    throw error;
  }
}

/**
 * Whether a path is a model's: a zip, a folder with a `bundle.json`, or a run's folder with a model in it.
 * @example
 * isModelPath('runs/mine'); // true
 */
export function isModelPath(path: string): boolean {
  const kind = kindOf(path);
  if (kind?.isDirectory())
    return [path, ...MODEL_PARTS.map((part) => join(path, part))].some((folder) =>
      existsSync(join(folder, 'bundle.json')),
    );
  if (!kind?.isFile()) return false;
  const first = Buffer.alloc(4);
  const file = openSync(path, 'r');
  try {
    readSync(file, first, 0, 4, 0);
  } finally {
    closeSync(file);
  }
  return first.toString('latin1') === 'PK\u0003\u0004';
}
