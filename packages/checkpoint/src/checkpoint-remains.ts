import { isTemporary, type FileSystem } from '@ulmfit/files/portable';
import { checkpointFiles, isCheckpointFolder } from './folder-store.js';

/**
 * Whether a folder holds checkpoints by stage and nothing else, such as a run leaves whose folder was removed while it was
 * saving. Without the run's `config.json` nothing can go on from them.
 */
export function isCheckpointRemains(path: string, files: FileSystem): boolean {
  if (!files.exists(path)) return false;
  const below = (folder: string, isOurs: (path: string, name: string) => boolean): boolean => {
    let names: string[];
    try {
      names = files.list(folder);
    } catch {
      return false; // A file, or a folder that can't be read.
    }
    return names.every((name) => isOurs(`${folder}/${name}`, name));
  };
  const isPart = (_: string, name: string) => checkpointFiles.includes(name);
  const isCheckpoint = (at: string, name: string) =>
    (isCheckpointFolder(name) || isTemporary(name)) && below(at, isPart);
  return below(path, (at, name) => isCheckpoint(at, name) || below(at, isCheckpoint));
}
