export { installEngine, type InstallOptions, type InstallReport } from './install/install-engine.js';
export type { InstallAttempt, InstallWay } from './install/tfjs-node-package.js';
export type { InstallPhase, InstallProgress, OnInstallProgress } from './install/progress.js';
export { cacheDirectory } from './install/cache-directory.js';
