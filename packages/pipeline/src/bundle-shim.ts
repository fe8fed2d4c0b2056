import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tensorsFromSafetensors, tensorsToSafetensors, writeAtomically } from '@ulmfit/checkpoint';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Json } from '@ulmfit/trainer';
export interface ShimBundle {
  json: Json;
  vocabulary: readonly string[];
  tensors: Record<string, Tensor>;
}
export function writeShim(folder: string, b: ShimBundle): void {
  mkdirSync(folder, { recursive: true });
  writeAtomically(join(folder, 'vocabulary.json'), JSON.stringify(b.vocabulary));
  writeAtomically(join(folder, 'weights.safetensors'), tensorsToSafetensors(b.tensors));
  writeAtomically(join(folder, 'bundle.json'), JSON.stringify(b.json));
}
export function readShim(folder: string): ShimBundle {
  return {
    json: JSON.parse(readFileSync(join(folder, 'bundle.json'), 'utf8')) as Json,
    vocabulary: JSON.parse(readFileSync(join(folder, 'vocabulary.json'), 'utf8')) as string[],
    tensors: tensorsFromSafetensors(join(folder, 'weights.safetensors')),
  };
}
