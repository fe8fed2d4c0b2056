import { isDeep, readSafetensors, serializeSafetensors, type RawTensor } from '@ulmfit/checkpoint';
import { UlmfitError } from '@ulmfit/errors';
import { linearFromParts, linearToParts, type LinearArray, type LinearClassifier } from '@ulmfit/linear';

/** The metadata's key under which the description stands. */
const DESCRIPTION = 'linear';

/**
 * A linear model as one file: its arrays as safetensors, its description in their metadata.
 * @example
 * writeFileSync('linear.safetensors', linearToBytes(trained)); // what `trainLinear` gives
 */
export function linearToBytes(linear: LinearClassifier): Uint8Array {
  const { json, arrays } = linearToParts(linear);
  const tensors = Object.entries(arrays).map(([name, data]) => [name, rawOf(data)] as const);
  return serializeSafetensors(new Map(tensors), { [DESCRIPTION]: JSON.stringify(json) });
}

/**
 * The model of such a file's bytes.
 * @param label what to call the file in messages
 * @throws UlmfitError `BAD_LINEAR_MODEL`, `BAD_SAFETENSORS`
 * @example
 * const linear = linearFromBytes(linearToBytes(trained), 'linear.safetensors');
 */
export function linearFromBytes(bytes: Uint8Array, label: string): LinearClassifier {
  const { tensors, metadata } = readSafetensors(bytes, label);
  const description = metadata[DESCRIPTION] ?? '';
  const arrays = Object.fromEntries([...tensors].map(([name, { data }]) => [name, data]));
  try {
    return linearFromParts({ json: isDeep(description) ? undefined : parsed(description), arrays });
  } catch (error) {
    if (!(error instanceof UlmfitError)) throw error;
    throw new UlmfitError(error.code, `${label}: ${error.message}`, { cause: error });
  }
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined; // Refused when it is checked.
  }
}

function rawOf(data: LinearArray): RawTensor {
  const shape = [data.length];
  if (data instanceof Float32Array) return { dtype: 'F32', shape, data };
  return data instanceof Int32Array ? { dtype: 'I32', shape, data } : { dtype: 'U8', shape, data };
}
