import { awdLstm, type AnyEncoder, type Architecture, type EncoderJson } from '@ulmfit/awd-lstm';
import { showName, UlmfitError } from '@ulmfit/errors';

/** That of bundles of the first version, which say nothing of it. */
const FIRST = awdLstm().name;

/** Whether a bundle's encoder is an AWD-LSTM. */
export const isOfAwdLstm = (architecture = FIRST): boolean => architecture === FIRST;

/**
 * Makes the encoder of a bundle, by what the caller has given for it. No code is ever loaded because a bundle names it: bundles come
 * from strangers.
 * @throws UlmfitError `OTHER_ARCHITECTURE`, `BAD_BUNDLE` for sizes that the architecture refuses
 */
export function bundleEncoder(
  architecture: string | undefined,
  sizes: EncoderJson & { readonly vocabulary: number },
  folder: string,
  given: readonly Architecture[] = [],
): AnyEncoder {
  const known = [...given, awdLstm()];
  const name = architecture ?? FIRST;
  const found = known.find((each) => each.name === name);
  if (!found) {
    const names = known.map((each) => showName(each.name)).join(', ');
    throw new UlmfitError(
      'OTHER_ARCHITECTURE',
      `${folder}: its encoder is ${showName(name)}, and only ${names} is known here; pass it as architecture in the settings file, or by loadClassifier(folder, { architectures: [...] })`,
    );
  }
  try {
    return found.create(sizes);
  } catch (error) {
    if (!(error instanceof UlmfitError)) throw error;
    throw new UlmfitError('BAD_BUNDLE', `${folder}/bundle.json: ${error.message}`, { cause: error });
  }
}
