import { UlmfitError } from '@ulmfit/errors';
import {
  digestOf,
  fileDigestSchema,
  type FileSystem,
  guardFiles,
  isTemporary,
  mismatch,
  nodeFileSystem,
  removeQuietly,
  temporaryName,
} from '@ulmfit/files/portable';
import type { CheckpointInfo, CheckpointStore, RejectedCheckpoint, StateDict } from '@ulmfit/trainer';
import { z } from 'zod';
import { parseLossless, stringifyLossless } from './lossless-json.js';
import { tensorsFromSafetensors, tensorsToSafetensors } from './safetensors.js';
import { validateJson } from './validate-json.js';

const STATE = 'state.json';
const TENSORS = 'tensors.safetensors';
const MANIFEST = 'manifest.json';

/** The files of a checkpoint. */
export const checkpointFiles: readonly string[] = [STATE, TENSORS, MANIFEST];

/** Whether a folder is called as a checkpoint is. */
export const isCheckpointFolder = (name: string): boolean => folderOf(name) !== undefined;

const manifestSchema = z.strictObject({
  format: z.literal(1),
  info: z.strictObject({
    name: z.string(),
    stage: z.string(),
    epoch: z.number(),
    step: z.number(),
    value: z.number().optional(),
  }),
  files: z.strictObject({ [STATE]: fileDigestSchema, [TENSORS]: fileDigestSchema }),
  /** Of all the above: see {@link seal}. Missing in checkpoints of earlier versions. */
  sha256: z.string().optional(),
});
type Manifest = z.infer<typeof manifestSchema>;

/** The newest checkpoint that is sound. */
export interface LatestCheckpoint {
  readonly info: CheckpointInfo;
  /** The caller owns the tensors. */
  readonly state: StateDict;
  /** Newer ones that were passed over: tell the user. */
  readonly rejected: readonly RejectedCheckpoint[];
}

export interface FolderStore extends CheckpointStore {
  save(info: CheckpointInfo, state: StateDict): void;
  list(): readonly CheckpointInfo[];
  rejected(): readonly RejectedCheckpoint[];
  load(name: string): StateDict;
  remove(name: string): void;
  /**
   * The newest checkpoint whose checksums hold; a corrupt one is passed over for the one before it.
   * @returns `undefined` where there is none at all
   * @throws UlmfitError `NO_SOUND_CHECKPOINT` naming each where all are corrupt
   */
  latest(): LatestCheckpoint | undefined;
}

/**
 * Checkpoints in a folder: one folder each, with the state as JSON and safetensors and a manifest of checksums. They are
 * written under a temporary name, flushed and renamed: whatever happens, a checkpoint is there whole or not at all. Only
 * one process may write (see {@link openRunFolder}); any may read.
 * @throws UlmfitError from its methods: `FILE_ERROR`, `CORRUPT_CHECKPOINT`, `NO_CHECKPOINT`, `BAD_STATE`
 * @example
 * const store = folderStore('checkpoints');
 * await trainer.fit({ stage: 'head', train, epochs: 2, lr: 1e-2, plugins: [checkpointing({ store })] });
 * const latest = store.latest();
 * if (latest) trainer.loadStateDict(latest.state);
 */
export function folderStore(path: string, files: FileSystem = nodeFileSystem): FolderStore {
  let isSwept = false;

  /** Folders by age, from the oldest: of two with one name the newer counts. */
  const folders = (): Folder[] => {
    const names = guardFiles(`list ${path}`, () => files.list(path));
    const found = names.flatMap((name) => folderOf(name) ?? []).sort((a, b) => a.number - b.number);
    return found.filter(({ name }, i) => !found.slice(i + 1).some((later) => later.name === name));
  };

  const remove = (folder: string) => {
    const from = `${path}/${folder}`;
    guardFiles(`remove ${from}`, () => {
      // Renamed first: half a removal must not look like a corrupt checkpoint.
      const away = temporaryName(from);
      files.rename(from, away);
      files.remove(away);
    });
  };

  /** What a killed writer left, and checkpoints that a newer one of their name has replaced. */
  const sweep = () => {
    if (isSwept) return;
    const kept = new Set(folders().map(({ folder }) => folder));
    for (const name of guardFiles(`list ${path}`, () => files.list(path))) {
      if (isTemporary(name)) removeQuietly(`${path}/${name}`, files);
      else if (folderOf(name) && !kept.has(name)) remove(name);
    }
    isSwept = true;
  };

  const save = (info: CheckpointInfo, state: StateDict) => {
    guardFiles(`create ${path}`, () => files.makeFolder(path));
    sweep();
    const before = folders();
    const target = `${path}/${folderName((before.at(-1)?.number ?? 0) + 1, info.name)}`;
    const contents = {
      [STATE]: new TextEncoder().encode(stringifyLossless(state.json)),
      [TENSORS]: tensorsToSafetensors(state.tensors),
    };
    const described = {
      info: withoutNaN(info),
      files: { [STATE]: digestOf(contents[STATE]), [TENSORS]: digestOf(contents[TENSORS]) },
    };
    const manifest: Manifest = { format: 1, ...described, sha256: seal(described) };
    const temporary = temporaryName(target);
    guardFiles(`write the checkpoint ${target}`, () => {
      try {
        files.makeFolder(temporary);
        for (const [name, bytes] of Object.entries(contents)) files.write(`${temporary}/${name}`, bytes);
        files.write(
          `${temporary}/${MANIFEST}`,
          new TextEncoder().encode(`${JSON.stringify(manifest, null, 2)}\n`),
        );
        files.syncFolder(temporary);
        files.rename(temporary, target);
      } catch (error) {
        removeQuietly(temporary, files);
        throw error;
      }
      files.syncFolder(path);
    });
    for (const { name, folder } of before) if (name === info.name) remove(folder);
  };

  const readManifest = (folder: string): Manifest => {
    const manifest = validateJson(manifestSchema, readPart(folder, MANIFEST), (what) =>
      corrupt(path, folder, `${MANIFEST}: ${what}`),
    );
    if (manifest.sha256 === undefined || manifest.sha256 === seal(manifest)) return manifest;
    throw corrupt(path, folder, `${MANIFEST} does not match its own checksum`);
  };

  /** A file of a checkpoint: where it is missing the checkpoint is corrupt, whatever else fails is the disk. */
  const readPart = (folder: string, name: string): Uint8Array => {
    const file = `${path}/${folder}/${name}`;
    if (!files.exists(file)) throw corrupt(path, folder, `${name} is missing`);
    return guardFiles(`read ${file}`, () => files.read(file));
  };

  /** What the manifests tell, and which are corrupt. */
  const manifests = () => {
    const infos: CheckpointInfo[] = [];
    const rejected: RejectedCheckpoint[] = [];
    for (const { name, folder } of folders()) {
      try {
        infos.push(infoOf(readManifest(folder)));
      } catch (error) {
        if (!isCorrupt(error)) throw error;
        rejected.push({ name, reason: error.message });
      }
    }
    return { infos, rejected };
  };

  const read = (folder: string): { info: CheckpointInfo; state: StateDict } => {
    const manifest = readManifest(folder);
    const verified = (name: typeof STATE | typeof TENSORS) => {
      const bytes = readPart(folder, name);
      const wrong = mismatch(manifest.files[name], digestOf(bytes));
      if (wrong) throw corrupt(path, folder, `${name} ${wrong}`);
      return bytes;
    };
    const [state, weights] = [verified(STATE), verified(TENSORS)];
    const json = parsed(folder, STATE, () => parseLossless(new TextDecoder().decode(state)));
    const tensors = parsed(folder, TENSORS, () =>
      tensorsFromSafetensors(weights, `${path}/${folder}/${TENSORS}`),
    );
    return { info: infoOf(manifest), state: { json, tensors } };
  };

  /** What is wrong in a file that was written so makes the checkpoint corrupt like one that was changed. */
  const parsed = <T>(folder: string, name: string, parse: () => T): T => {
    try {
      return parse();
    } catch (error) {
      throw error instanceof UlmfitError ? corrupt(path, folder, `${name}: ${error.message}`) : error;
    }
  };

  const find = (name: string): Folder => {
    const all = folders();
    const found = all.find((f) => f.name === name);
    if (found) return found;
    const there = all.length > 0 ? `there are ${all.map((f) => f.name).join(', ')}` : 'it is empty';
    throw new UlmfitError('NO_CHECKPOINT', `no checkpoint ${name} in ${path}; ${there}`);
  };

  return {
    save,
    list: () => manifests().infos,
    rejected: () => manifests().rejected,
    load: (name) => read(find(name).folder).state,
    remove: (name) => remove(find(name).folder),
    latest: () => {
      const rejected: RejectedCheckpoint[] = [];
      for (const { name, folder } of folders().reverse()) {
        try {
          return { ...read(folder), rejected };
        } catch (error) {
          if (!isCorrupt(error)) throw error;
          rejected.push({ name, reason: error.message });
        }
      }
      if (rejected.length === 0) return undefined;
      throw new UlmfitError(
        'NO_SOUND_CHECKPOINT',
        `every checkpoint is corrupt: ${rejected.map((r) => r.reason).join('; ')}; remove ${path} to start from the beginning`,
      );
    },
  };
}

interface Folder {
  readonly folder: string;
  readonly number: number;
  readonly name: string;
}

// The number orders checkpoints whatever the clock says; the name is escaped, for it may hold a slash or end as a temporary's.
const folderName = (number: number, name: string) =>
  `${String(number).padStart(6, '0')}-${encodeURIComponent(name).replaceAll('.', '%2E')}`;

function folderOf(folder: string): Folder | undefined {
  const [, number, name] = /^(\d{6,15})-(.*)$/.exec(folder) ?? [];
  if (number === undefined || name === undefined || isTemporary(folder)) return undefined;
  try {
    return { folder, number: Number(number), name: decodeURIComponent(name) };
  } catch {
    return undefined;
  }
}

function infoOf({ info: { value, ...info } }: Manifest): CheckpointInfo {
  return value === undefined ? info : { ...info, value };
}

/** The checksum of what a manifest says, whatever its spaces. */
function seal({ info, files }: Pick<Manifest, 'info' | 'files'>): string {
  const { name, stage, epoch, step, value = null } = info;
  const digests = ([STATE, TENSORS] as const).flatMap((file) => [files[file].bytes, files[file].sha256]);
  const said = JSON.stringify([name, stage, epoch, step, value, ...digests]);
  return digestOf(new TextEncoder().encode(said)).sha256;
}

/** JSON has no NaN: a figure that is none is left out. */
function withoutNaN({ value, ...info }: CheckpointInfo): CheckpointInfo {
  return value !== undefined && Number.isFinite(value) ? { ...info, value } : info;
}

const corrupt = (path: string, folder: string, what: string) =>
  new UlmfitError('CORRUPT_CHECKPOINT', `the checkpoint ${path}/${folder} is corrupt: ${what}`);

const isCorrupt = (error: unknown): error is UlmfitError =>
  error instanceof UlmfitError && error.code === 'CORRUPT_CHECKPOINT';
