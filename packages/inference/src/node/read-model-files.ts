import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { bundleFiles, linearFile, partsOfFile } from '@ulmfit/checkpoint';
import { readFile } from '@ulmfit/files';
import { yieldToEvents } from '@ulmfit/trainer';
import type { ModelFiles, ReadSourceOptions } from '../model-source.js';
import type { FoundModel } from './find-model.js';

/**
 * Reads a model's files from the disk, telling how far it has come after each.
 * @throws UlmfitError `FILE_ERROR`, `NOT_A_FILE`, `BAD_ZIP`; the signal's reason
 */
export async function readModelFiles(
  { kind, path }: FoundModel,
  { signal, onProgress }: ReadSourceOptions = {},
): Promise<ModelFiles> {
  const sizeOf = (file: string) => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  const [description, vocabulary, weights] = bundleFiles;
  const hasLinear = kind === 'folder' && existsSync(join(path, linearFile));
  const paths =
    kind === 'file'
      ? [path]
      : [...bundleFiles, ...(hasLinear ? [linearFile] : [])].map((name) => join(path, name));
  const total = paths.reduce((sum, file) => sum + sizeOf(file), 0);
  let loaded = 0;
  const read = async (file: string) => {
    signal?.throwIfAborted();
    const bytes = readFile(file);
    loaded += bytes.length;
    onProgress?.({ loaded, total: Math.max(total, loaded) });
    await yieldToEvents();
    return bytes;
  };
  if (kind === 'file') return { parts: partsOfFile(await read(path), path), label: path };
  const parts = {
    [description]: await read(join(path, description)),
    [vocabulary]: await read(join(path, vocabulary)),
    [weights]: await read(join(path, weights)),
  };
  return {
    parts: hasLinear ? { ...parts, [linearFile]: await read(join(path, linearFile)) } : parts,
    label: path,
  };
}
