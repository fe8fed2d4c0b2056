import { existsSync, statSync, type Stats } from 'node:fs';
import { join, sep } from 'node:path';
import { errorCode, guardFiles, readFile } from '@ulmfit/files';
import { showName, UlmfitError } from '@ulmfit/errors';
import { packageOfModel } from './named-models.js';
import { isPackageName, packageFolder } from './package-folder.js';

/** Where a model lies on this machine: a path of its one file, or of the folder that has its `bundle.json`. */
export interface FoundModel {
  readonly kind: 'file' | 'folder';
  readonly path: string;
}

export interface FindModelOptions {
  /** The folders of a run in which its model may lie, the first that has one. Default: the classifier, else the newest language model. */
  readonly parts?: readonly string[] | undefined;
  /** What is looked for, in messages. Default `model`. */
  readonly what?: string | undefined;
  /** The folder from which packages are found. Default: that of the process. */
  readonly from?: string | undefined;
}

/** The folders of a run that may be a model's: the classifier first, then the newer language model. */
export const MODEL_PARTS: readonly string[] = ['model', 'finetune', 'pretrain'];

/**
 * Finds a model by the path of its file, of its folder or of its run's, or by the name of a package that holds one: where its
 * `package.json` says (`"ulmfit": "model.ulmfit"`), in its folder, or in `model.ulmfit`. A path comes before a package of that
 * name. Some have a short name, such as `en` for `@ulmfit/pretrained-en`. No code of a package runs.
 * @throws UlmfitError `NO_MODEL`
 * @example
 * const { path, kind } = findModel('runs/mine');
 */
export function findModel(
  path: string,
  { parts = MODEL_PARTS, what = 'model', from = process.cwd() }: FindModelOptions = {},
): FoundModel {
  const found = modelAt(path, parts) ?? modelOfName(path, parts, from) ?? modelOfPackage(path, parts, from);
  if (found) return found;
  const [part = ''] = parts;
  throw new UlmfitError(
    'NO_MODEL',
    `${path}: holds no ${what}; give the folder of a run that has trained one, or of its ${part}/`,
  );
}

/** What a path is that of, if anything. @throws UlmfitError `FILE_ERROR` where the system won't tell */
export function kindOf(path: string): Stats | undefined {
  try {
    return guardFiles(`read ${showName(path)}`, () => statSync(path, { throwIfNoEntry: false }));
  } catch (error) {
    const code = error instanceof UlmfitError ? errorCode(error.cause) : undefined;
    if (code !== undefined && ['ENOTDIR', 'ENAMETOOLONG', 'ELOOP'].includes(code)) return undefined;
    throw error;
  }
}

function modelAt(path: string, parts: readonly string[]): FoundModel | undefined {
  if (kindOf(path)?.isFile()) return { kind: 'file', path };
  const folder = [path, ...parts.map((part) => join(path, part))].find((candidate) =>
    existsSync(join(candidate, 'bundle.json')),
  );
  return folder === undefined ? undefined : { kind: 'folder', path: folder };
}

/** Of a short name, such as `en`. @throws UlmfitError `NO_MODEL` where its package is not installed */
function modelOfName(name: string, parts: readonly string[], from: string): FoundModel | undefined {
  const inPackage = packageOfModel(name);
  if (inPackage === undefined || existsSync(name)) return undefined;
  const found = modelOfPackage(inPackage, parts, from);
  if (found) return found;
  throw new UlmfitError(
    'NO_MODEL',
    `${name}: is in the package ${inPackage}, which is not installed here; run: npm install ${inPackage}`,
  );
}

function modelOfPackage(name: string, parts: readonly string[], from: string): FoundModel | undefined {
  if (existsSync(name) || !isPackageName(name)) return undefined;
  const folder = packageFolder(name, from);
  if (folder === undefined) return undefined;
  const place = placeIn(folder, name);
  const found =
    place === undefined
      ? (modelAt(folder, parts) ?? modelAt(join(folder, 'model.ulmfit'), []))
      : modelAt(join(folder, place), parts);
  if (found) return found;
  throw new UlmfitError(
    'NO_MODEL',
    `the package ${name} holds no model${place === undefined ? '' : ` at ${showName(place)}`}; its package.json says where it is: "ulmfit": "model.ulmfit"`,
  );
}

/** What a `package.json` says of the model's place: within the package, or it is not read. */
function placeIn(folder: string, name: string): string | undefined {
  const path = join(folder, 'package.json');
  let place: unknown;
  try {
    const json: unknown = JSON.parse(new TextDecoder().decode(readFile(path)));
    place = typeof json === 'object' && json !== null && 'ulmfit' in json ? json.ulmfit : undefined;
  } catch (error) {
    if (error instanceof UlmfitError) throw error;
    throw new UlmfitError('NO_MODEL', `${path}: is not JSON; install the package again`, { cause: error });
  }
  if (place === undefined) return undefined;
  if (typeof place === 'string' && join(folder, place).startsWith(folder + sep) && !place.includes('\0'))
    return place;
  throw new UlmfitError(
    'NO_MODEL',
    `the package ${name}: "ulmfit" in its package.json must be the path of a model within it, such as "model.ulmfit"`,
  );
}
