export { useBackend, type BackendInfo, type BackendName, type BackendOptions } from './use-backend.js';
export {
  registerFastKernels,
  registerNativeKernels,
  unregisterNativeKernels,
} from './kernels/register-fast-kernels.js';
export { precision, setPrecision, type Precision } from './native/precision.js';
export { ensureKernelLibrary, type KernelLibraryRequest } from './native/kernel-library.js';
export type { FastKernel } from './kernels/fast-kernel.js';
export {
  isTensorFlowBackend,
  tensorFlowBackend,
  type NativeTensor,
  type OpAttribute,
  type TensorFlowBackend,
  type TensorFlowBinding,
} from './tensorflow-backend.js';
export { nativeTensorCount } from './native-tensor-count.js';
export { doctor, formatDoctor, type DoctorReport, type FoundTfjsNode } from './doctor.js';
export { ensureAddon, type NativeAddon } from './install/native-addon.js';
export { instructionSets } from './instruction-sets.js';
export { installEngine, type InstallOptions, type InstallReport } from './install/install-engine.js';
export type { InstallAttempt, InstallWay, TfjsNodePackage } from './install/tfjs-node-package.js';
export type { InstallPhase, InstallProgress, OnInstallProgress } from './install/progress.js';
