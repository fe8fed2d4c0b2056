export {
  defineConfig,
  notInFile,
  type Changes,
  type FlagSettings,
  type UlmfitConfig,
} from './config/ulmfit-config.js';
export type { TaskSource } from './config/config-task.js';
export type { Flags } from './flags.js';
