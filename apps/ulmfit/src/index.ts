export { defineConfig, type Changes, type UlmfitConfig } from './config/ulmfit-config.js';
