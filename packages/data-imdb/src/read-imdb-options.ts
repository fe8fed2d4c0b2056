/** How far reading has come. */
export interface ReadProgress {
  /** Reviews read so far. */
  reviews: number;
  /** Bytes of the archive read so far; 0 for a folder. */
  bytes: number;
  /** The archive's size in bytes; 0 for a folder. */
  totalBytes: number;
}

export interface ReadImdbOptions {
  /** Called every thousand reviews and once at the end. */
  onProgress?: (progress: ReadProgress) => void;
  /** Stops reading; the promise is rejected with the signal's reason. */
  signal?: AbortSignal;
}
