import { UlmfitError } from '@ulmfit/errors';
import { parsePackageName } from './package-name.js';
import { ownVersion, pluginFiles } from './plugin-files.js';
import { requireKind } from './plugin-kind.js';

/** As much of nx's `Tree` as it takes to write files. */
export interface FileTree {
  exists(path: string): boolean;
  write(path: string, text: string): void;
}

export interface NxGeneratorOptions {
  readonly name: string;
  readonly kind: string;
  /** Default: `packages/` and the package's name without its scope. */
  readonly directory?: string;
}

/**
 * The same package by nx: `npx nx generate create-ulmfit-plugin:plugin ulmfit-step-decay --kind schedule`.
 * @throws UlmfitError `BAD_OPTION`, `FOLDER_IN_USE`
 */
export default function generatePlugin(tree: FileTree, options: NxGeneratorOptions): void {
  const name = parsePackageName(options.name);
  const kind = requireKind(options.kind);
  const folder = options.directory ?? `packages/${name.folder}`;
  if (tree.exists(folder)) {
    throw new UlmfitError('FOLDER_IN_USE', `${folder} already exists; choose another with --directory`);
  }
  for (const [path, text] of Object.entries(pluginFiles(name, kind, ownVersion()))) {
    tree.write(`${folder}/${path}`, text);
  }
}
