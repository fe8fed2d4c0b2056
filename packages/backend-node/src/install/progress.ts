/** What an installation is doing. */
export type InstallPhase = 'wait' | 'check' | 'download' | 'unpack' | 'build' | 'link' | 'load';

/** A step of an installation, for a progress bar. */
export interface InstallProgress {
  readonly phase: InstallPhase;
  /** Bytes done so far, in the phases that move bytes. */
  readonly bytes?: number;
  /** Bytes in all, once known. */
  readonly totalBytes?: number;
}

export type OnInstallProgress = (progress: InstallProgress) => void;
