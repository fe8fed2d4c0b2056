export { UlmfitError } from './ulmfit-error.js';
export { printable } from './printable.js';
export { brief, showName } from './show.js';
export {
  requireBelowOne,
  requireInteger,
  requireNotNegative,
  requirePositive,
  requireShare,
  requireThat,
  type CheckOptions,
  type IntegerOptions,
} from './require.js';
export { nearest } from './nearest.js';
