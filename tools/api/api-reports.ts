import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { publishedPackages, root, type PublishedPackage } from '../packages/published-packages.js';

/** Where the report of a package stands: `api/text.api.txt`. */
export const reportPath = ({ folder }: PublishedPackage): string =>
  join(root, 'api', `${folder.replace(/^.*\//, '')}.api.txt`);

export const digestOf = (report: string): string => createHash('sha256').update(report).digest('hex');

/** The declarations of an entry point: by package path, such as `.` or `./tokens`. */
function declarationsOf({ folder, manifest }: PublishedPackage): [path: string, file: string][] {
  return Object.entries(manifest.exports ?? {}).flatMap(([path, target]) =>
    typeof target === 'object' && target['types'] !== undefined
      ? [[path, join(root, folder, target['types'])]]
      : [],
  );
}

const printer = ts.createPrinter({ removeComments: true });

/** What a name stands for, as the compiler declares it, without comments. */
function describe(symbol: ts.Symbol, checker: ts.TypeChecker): string {
  const meant = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  const texts = (meant.declarations ?? []).map((declaration) => {
    const file = declaration.getSourceFile();
    if (!file.fileName.includes('/dist/') || file.fileName.includes('/node_modules/@tensorflow/'))
      return `export ${symbol.name} of ${/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file.fileName)?.[1] ?? 'elsewhere'}`;
    const whole = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
    return printer.printNode(ts.EmitHint.Unspecified, whole, file);
  });
  const name = meant.name === symbol.name ? '' : `// as ${symbol.name}\n`;
  return name + [...new Set(texts)].join('\n');
}

/**
 * The public face of each package, from its compiled declarations: each exported name with its declaration, in alphabetical
 * order. They must be built.
 */
export function apiReports(): Map<PublishedPackage, string> {
  const packages = publishedPackages().filter((one) =>
    declarationsOf(one).every(([, file]) => existsSync(file)),
  );
  const entries = packages.flatMap((one) => declarationsOf(one).map(([, file]) => file));
  const program = ts.createProgram(entries, {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    skipLibCheck: true,
    noLib: true,
    types: [],
  });
  const checker = program.getTypeChecker();
  return new Map(
    packages.map((one) => {
      const parts = declarationsOf(one).map(([path, file]) => {
        const source = program.getSourceFile(file);
        const module = source && checker.getSymbolAtLocation(source);
        const names = module === undefined ? [] : checker.getExportsOfModule(module);
        const sorted = [...names].sort((a, b) => (a.name < b.name ? -1 : 1));
        const texts = sorted.map((symbol) => describe(symbol, checker));
        return [`// ${one.manifest.name}${path.slice(1)}`, ...texts].join('\n\n');
      });
      return [one, `${parts.join('\n\n')}\n`];
    }),
  );
}
