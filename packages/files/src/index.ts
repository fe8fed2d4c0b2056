export * from './portable.js';
export { cacheDirectory } from './cache-directory.js';
export { decodeUtf8, normalizeNewlines } from './decode-utf8.js';
export {
  downloadFile,
  type Checksum,
  type DownloadFileOptions,
  type DownloadProgress,
} from './download-file.js';
export { gunzipFile, type GunzipOptions } from './gunzip-file.js';
export { streamFile, type StreamFileOptions } from './stream-file.js';
