export { UlmfitError } from './ulmfit-error.js';
export { brief, showName } from './show.js';
