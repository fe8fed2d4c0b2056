import { createHash } from 'node:crypto';
import { join } from 'node:path';
import ts from 'typescript';
import { root, type PublishedPackage } from '../packages/published-packages.js';
import { isOurs, meantBy, publicFace } from './public-face.js';

/** Where the report of a package stands: `api/text.api.txt`. */
export const reportPath = ({ folder }: PublishedPackage): string =>
  join(root, 'api', `${folder.replace(/^.*\//, '')}.api.txt`);

export const digestOf = (report: string): string => createHash('sha256').update(report).digest('hex');

const printer = ts.createPrinter({ removeComments: true });

/** What a name stands for, as the compiler declares it, without comments. */
function describe(symbol: ts.Symbol, checker: ts.TypeChecker): string {
  const meant = meantBy(symbol, checker);
  const texts = (meant.declarations ?? []).map((declaration) => {
    const file = declaration.getSourceFile();
    if (!isOurs(declaration))
      return `export ${symbol.name} of ${/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file.fileName)?.[1] ?? 'elsewhere'}`;
    const whole = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
    return printer.printNode(ts.EmitHint.Unspecified, whole, file);
  });
  const name = meant.name === symbol.name ? '' : `// as ${symbol.name}\n`;
  return name + [...new Set(texts)].join('\n');
}

/** The public face of each package: each exported name with its declaration, in alphabetical order. They must be built. */
export function apiReports({ checker, entries } = publicFace()): Map<PublishedPackage, string> {
  const parts = new Map<PublishedPackage, string[]>();
  for (const { one, path, symbols } of entries) {
    const texts = symbols.map((symbol) => describe(symbol, checker));
    parts.set(one, [
      ...(parts.get(one) ?? []),
      [`// ${one.manifest.name}${path.slice(1)}`, ...texts].join('\n\n'),
    ]);
  }
  return new Map([...parts].map(([one, all]) => [one, `${all.join('\n\n')}\n`]));
}
