import ts from 'typescript';
import { isOurs, meantBy, type PublicFace } from '../api/public-face.js';

/** The code of one `@example` of a public name. */
export interface DocExample {
  /** The package that declares it: `@ulmfit/text`. */
  readonly package: string;
  /** How it is imported: `@ulmfit/text/tokens` where the package itself does not export it. */
  readonly entry: string;
  /** The export that it is written of. */
  readonly of: string;
  /** `text-rowsTask-0`, a name of its own for a file. */
  readonly name: string;
  readonly code: string;
}

/** A function or class that a package exports. */
export interface PublicFunction {
  readonly package: string;
  readonly name: string;
  readonly hasExample: boolean;
}

/** The functions and classes of the public face, and all of its examples, of types too. Each once, wherever it is exported. */
export function docExamples({ checker, entries }: PublicFace): {
  readonly functions: readonly PublicFunction[];
  readonly examples: readonly DocExample[];
} {
  const packages = new Map(entries.map(({ one }) => [one.folder, one.manifest.name]));
  const seen = new Set<ts.Symbol>();
  const functions: PublicFunction[] = [];
  const examples: DocExample[] = [];
  for (const { symbol, entry } of entries.flatMap(({ one, path, symbols }) =>
    symbols.map((symbol) => ({ symbol, entry: one.manifest.name + path.slice(1) })),
  )) {
    const meant = meantBy(symbol, checker);
    const [declaration] = meant.declarations ?? [];
    if (seen.has(meant) || !declaration || !isOurs(declaration)) continue;
    seen.add(meant);
    const folder = /((?:packages|apps)\/[^/]+)\/dist\//.exec(declaration.getSourceFile().fileName)?.[1] ?? '';
    const home = packages.get(folder) ?? folder;
    const codes = codesOf(meant, checker);
    const members = [...(meant.members?.values() ?? [])].flatMap((member) =>
      codesOf(member, checker).map((code) => ({ of: `${symbol.name}.${member.name}`, code })),
    );
    for (const [i, { of, code }] of [
      ...codes.map((code) => ({ of: symbol.name, code })),
      ...members,
    ].entries())
      examples.push({
        package: home,
        entry,
        of,
        name: [folder.replace(/^.*\//, ''), of, String(i)].join('-'),
        code,
      });
    if (isCallable(declaration))
      functions.push({ package: home, name: symbol.name, hasExample: codes.length > 0 });
  }
  return { functions, examples };
}

const codesOf = (symbol: ts.Symbol, checker: ts.TypeChecker): string[] =>
  symbol
    .getJsDocTags(checker)
    .filter(({ name }) => name === 'example')
    .map(({ text }) => ts.displayPartsToString(text));

/** Functions, classes, and constants whose type is that of a function. */
const isCallable = (declaration: ts.Declaration): boolean =>
  ts.isFunctionDeclaration(declaration) ||
  ts.isClassDeclaration(declaration) ||
  (ts.isVariableDeclaration(declaration) &&
    declaration.type !== undefined &&
    ts.isFunctionTypeNode(declaration.type));
