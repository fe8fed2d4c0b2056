import type { OpAttribute, TensorFlowBackend } from '../tensorflow-backend.js';
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
