import { requireInteger, requireShare, showName, UlmfitError } from '@ulmfit/errors';

requireShare('stretch: by', 0.5); // 2 would throw: stretch: by is 2; it must be from 0 to 1
requireInteger('seed', 7, { from: 0, to: 2 ** 32 - 1, code: 'BAD_SEED' });

try {
  throw new UlmfitError('BAD_OPTION', `column ${showName('price')}: not in the file; give one that is`);
} catch (error) {
  if (!(error instanceof UlmfitError)) throw error; // a bug
  console.error(error.code, error.message); // one line: what is wrong, where, what to do
}
