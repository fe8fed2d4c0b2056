import { existsSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { publishedPackages, root, type PublishedPackage } from '../packages/published-packages.js';

/** What a package exports by one of its entry points. */
export interface FaceEntry {
  readonly one: PublishedPackage;
  /** `.`, `./tokens`. */
  readonly path: string;
  /** What is exported there, aliases as they are, in alphabetical order. */
  readonly symbols: readonly ts.Symbol[];
}

/** The public face of the packages, as the compiler reads it. */
export interface PublicFace {
  readonly program: ts.Program;
  readonly checker: ts.TypeChecker;
  readonly entries: readonly FaceEntry[];
}

/** The declarations of an entry point: by package path, such as `.` or `./tokens`. */
function declarationsOf({ folder, manifest }: PublishedPackage): [path: string, file: string][] {
  return Object.entries(manifest.exports ?? {}).flatMap(([path, target]) =>
    typeof target === 'object' && target['types'] !== undefined
      ? [[path, join(root, folder, target['types'])]]
      : [],
  );
}

/** Whether each package is built: its public face is read from the compiled declarations. */
export const isBuilt = (): boolean =>
  publishedPackages().every((one) => declarationsOf(one).every(([, file]) => existsSync(file)));

let face: PublicFace | undefined;

/** What each package exports, from the compiled declarations. They are read once: it takes a second or two. */
export const publicFace = (): PublicFace => (face ??= readFace());

function readFace(): PublicFace {
  const packages = publishedPackages().filter((one) =>
    declarationsOf(one).every(([, file]) => existsSync(file)),
  );
  const declared = packages.flatMap((one) =>
    declarationsOf(one).map(([path, file]) => ({ one, path, file })),
  );
  const program = ts.createProgram(
    declared.map(({ file }) => file),
    {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      skipLibCheck: true,
      noLib: true,
      types: [],
    },
  );
  const checker = program.getTypeChecker();
  const entries = declared.map(({ one, path, file }) => {
    const source = program.getSourceFile(file);
    const module = source && checker.getSymbolAtLocation(source);
    const names = module === undefined ? [] : checker.getExportsOfModule(module);
    return { one, path, symbols: [...names].sort((a, b) => (a.name < b.name ? -1 : 1)) };
  });
  return { program, checker, entries };
}

/** What an export stands for, where it was taken from another file. */
export const meantBy = (symbol: ts.Symbol, checker: ts.TypeChecker): ts.Symbol =>
  symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;

/** Whether a declaration is of one of our packages, and not of a library that it exports again. */
export const isOurs = (declaration: ts.Declaration): boolean => {
  const { fileName } = declaration.getSourceFile();
  return fileName.includes('/dist/') && !fileName.includes('/node_modules/@tensorflow/');
};
