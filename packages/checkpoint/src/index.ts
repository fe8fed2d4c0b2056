export {
  readSafetensors,
  serializeSafetensors,
  tensorsFromSafetensors,
  tensorsToSafetensors,
  writeSafetensors,
  type Safetensors,
} from './safetensors.js';
export { rawFromTensors, tensorsFromRaw } from './tensor-conversion.js';
export type { Dtype, DtypeArrays, RawTensor, RawTensorOf } from './raw-tensor.js';
export { readPytorch } from './pytorch.js';
export { isDeep } from './json-depth.js';
export { readItos } from './itos.js';
export {
  fromFastai,
  toFastai,
  type ImportedWeights,
  type WeightsKind,
  type WeightsShape,
} from './fastai-names.js';
export { folderStore, type FolderStore, type LatestCheckpoint } from './folder-store.js';
export { indexedDbStore, type IndexedDbStore } from './indexed-db-store.js';
export { openRunFolder, type RunFolder, type RunFolderOptions } from './run-folder.js';
export { MetricsLog, readMetrics, type MetricsRecord } from './metrics-log.js';
export {
  bundleDescriptionSchema,
  bundleFileBytes,
  bundleFiles,
  linearFile,
  bundleFromBytes,
  bundleToBytes,
  inspectBundle,
  partsOfFile,
  readBundle,
  readBundleFile,
  writeBundle,
  writeBundleFile,
  type Bundle,
  type BundleInspection,
  type InspectedFile,
  type StoredTensor,
  type BundleDescription,
  type BundleTokenizer,
  type BundleFile,
  type BundleParts,
  type BundleToBytesOptions,
} from './bundle.js';
export { weightFormats, type WeightFormat } from './packed-weights.js';
