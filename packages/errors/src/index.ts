export { UlmfitError } from './ulmfit-error.js';
export { printable } from './printable.js';
export { brief, showName } from './show.js';
