import { UlmfitError } from '@ulmfit/errors';
import {
  type FileSystem,
  guardFiles,
  isTemporary,
  nodeFileSystem,
  readFile,
  removeQuietly,
  writeAtomically,
} from '@ulmfit/files/portable';
import type { Json } from '@ulmfit/trainer';
import { folderStore, type FolderStore } from './folder-store.js';
import { isDeep } from './json-depth.js';
import { isCheckpointRemains } from './checkpoint-remains.js';
import { MetricsLog } from './metrics-log.js';
import { LOCK, takeLock, whileHeld } from './run-lock.js';

export interface RunFolderOptions {
  /** All settings, with versions and seed: kept in `config.json` when the run begins. */
  readonly config: Json;
  /** Makes what an earlier version kept into what this one would have kept, before the two are compared. */
  readonly upgrade?: (kept: Json) => Json;
  /** Names that the run will write in its folder beside those of {@link RunFolder}: nobody else's may stand there. */
  readonly names?: readonly string[];
  readonly files?: FileSystem;
}

/** The folder of one run, of which this process alone is the writer. */
export interface RunFolder {
  readonly path: string;
  /** The settings that the run began with: those of the options unless the run was there before. */
  readonly config: Json;
  /** Where the settings of the options differ from those, such as `optimizer.lr`; empty for a new run. */
  readonly changes: readonly string[];
  /** Whether the folder held a run already. */
  readonly isResumed: boolean;
  readonly checkpoints: FolderStore;
  readonly metrics: MetricsLog;
  /** The disk, for what else belongs to the run: changes are refused once another process has taken the run over. */
  readonly files: FileSystem;
  /** Where the exported model goes: see {@link writeBundle}. */
  readonly modelPath: string;
  /** Gives the lock back. */
  close(): void;
}

/**
 * Opens `runs/NAME/`, creating it where it is not: `config.json`, `metrics.jsonl`, `checkpoints/`, and the place of
 * `model/`. Takes its lock, also from a process that has died, and removes what that one left half-written. Other
 * files in the folder are never touched.
 * @throws UlmfitError `RUN_LOCKED` naming the process that is writing, `FOLDER_IN_USE` where one of the run's names is
 *   there without a `config.json`, `BAD_RUN_CONFIG`, `FILE_ERROR`
 * @example
 * const run = openRunFolder('runs/first', { config: { seed: 7 } });
 * run.metrics.append({ step: 1, loss: 4.2 });
 * if (run.isResumed) console.log(run.changes); // settings that differ from those it began with
 * run.close();
 */
export function openRunFolder(
  path: string,
  { config, upgrade = (kept) => kept, names = [], files: disk = nodeFileSystem }: RunFolderOptions,
): RunFolder {
  guardFiles(`create ${path}`, () => disk.makeFolder(path));
  const lock = takeLock(`${path}/${LOCK}`, disk);
  try {
    const files = whileHeld(disk, lock, path);
    const configPath = `${path}/config.json`;
    const isResumed = files.exists(configPath);
    const there = guardFiles(`list ${path}`, () => files.list(path));
    if (!isResumed) {
      // A run whose folder was removed under it may have saved once more.
      if (isCheckpointRemains(`${path}/checkpoints`, files))
        guardFiles(`remove ${path}/checkpoints`, () => files.remove(`${path}/checkpoints`));
      const taken = ['metrics.jsonl', 'checkpoints', 'model', ...names].filter((name) =>
        files.exists(`${path}/${name}`),
      );
      if (taken.length > 0) {
        throw new UlmfitError(
          'FOLDER_IN_USE',
          `${path} holds ${taken.join(', ')} but no config.json of a run; give another folder`,
        );
      }
      writeAtomically(configPath, `${JSON.stringify(config, null, 2)}\n`, files);
    }
    const kept = upgrade(readConfig(configPath, files));
    const changes = differences(kept, JSON.parse(JSON.stringify(config)) as Json);
    // Only now it is known to be this run's folder.
    if (changes.length === 0) {
      for (const name of there) if (isTemporary(name)) removeQuietly(`${path}/${name}`, files);
    }
    return {
      path,
      config: kept,
      changes,
      isResumed,
      checkpoints: folderStore(`${path}/checkpoints`, files),
      metrics: new MetricsLog(`${path}/metrics.jsonl`, files),
      files,
      modelPath: `${path}/model`,
      close: () => lock.release(),
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

function readConfig(path: string, files: FileSystem): Json {
  const text = new TextDecoder().decode(readFile(path, files));
  const bad = (what: string) =>
    new UlmfitError('BAD_RUN_CONFIG', `${path} is ${what}; repair it, or give another folder`);
  if (isDeep(text)) throw bad('nested more than a hundred deep');
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw bad('not JSON');
  }
}

/** The paths at which two values differ. */
function differences(a: Json, b: Json, at = ''): string[] {
  if (isObject(a) && isObject(b)) {
    const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])];
    return keys.flatMap((key) => {
      const inner = at === '' ? key : `${at}.${key}`;
      const [x, y] = [a[key], b[key]];
      return x === undefined || y === undefined ? [inner] : differences(x, y, inner);
    });
  }
  return JSON.stringify(a) === JSON.stringify(b) ? [] : [at === '' ? 'everything' : at];
}

const isObject = (json: Json): json is { [key: string]: Json } =>
  typeof json === 'object' && json !== null && !Array.isArray(json);
