export { defineConfig, notInFile, type Changes, type UlmfitConfig } from './config/ulmfit-config.js';
export type { Flags } from './flags.js';
