export { useWasmKernels } from './use-wasm-kernels.js';
