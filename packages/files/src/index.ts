export * from './portable.js';
export { cacheDirectory } from './cache-directory.js';
export { ensureCachedFolder } from './cached-folder.js';
export { decodeUtf8, MAXIMUM_LINE_BYTES, normalizeNewlines, utf8Blocks } from './decode-utf8.js';
export {
  downloadFile,
  type Checksum,
  type DownloadFileOptions,
  type DownloadProgress,
} from './download-file.js';
export { gunzip, gunzipFile, type GunzipOptions } from './gunzip-file.js';
export { hashFile, type HashFileOptions } from './hash-file.js';
export { readManifest, verifyManifest, verifyStamped, writeManifest } from './manifest.js';
export { streamFile, type StreamFileOptions } from './stream-file.js';
export { syncFolder } from './sync-folder.js';
export { ZipFile } from './zip-file.js';
