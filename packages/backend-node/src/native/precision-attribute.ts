import type { OpAttribute, TensorFlowBackend } from '../tensorflow-backend.js';
import { nativeModule } from './native-kernels.js';
import { precision } from './precision.js';

/** In which numbers an op of ours multiplies. */
export function narrowAttribute({ binding }: TensorFlowBackend): OpAttribute[] {
  return [
    {
      name: 'narrow',
      type: binding.TF_ATTR_BOOL,
      value: precision() === 'bfloat16',
    },
  ];
}

/** Whether TensorFlow's products are several times as fast as ours: bfloat16 on a processor with tiles (AMX). */
export function multipliesInTiles(): boolean {
  return precision() === 'bfloat16' && nativeModule()?.hasTiles === true;
}
