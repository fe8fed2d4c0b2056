export { UlmfitError } from './ulmfit-error.js';
