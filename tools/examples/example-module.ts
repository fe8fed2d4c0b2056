import ts from 'typescript';
import type { PublicFace } from '../api/public-face.js';
import type { DocExample } from './doc-examples.js';

/** Where names come from that an example uses and does not declare. */
export interface ExampleNames {
  /** What each package exports, by how it is imported; those of its own entry point and package go before. */
  readonly exports: ReadonlyMap<string, ReadonlySet<string>>;
  /** What examples may take as given, such as `model`: of every package, and of one. */
  readonly given: ReadonlySet<string>;
  readonly givenIn: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Of Node's own modules. */
const node = new Map([
  ['node:fs', new Set(['readFileSync', 'writeFileSync'])],
  ['node:fs/promises', new Set(['writeFile'])],
  ['node:path', new Set(['join'])],
  ['node:util', new Set(['isDeepStrictEqual'])],
]);

/** The file that makes what is given, from where the modules stand. */
const GIVEN = '../given.js';

/** The exports of all packages, and those of tfjs-core, which examples use as if they were imported. */
export function exportsOf({ program, checker, entries }: PublicFace): Map<string, Set<string>> {
  const exports = new Map<string, Set<string>>(node);
  // In Node, which the others' functions of the same names are not for.
  exports.set('@ulmfit/pipeline', new Set());
  for (const { one, path, symbols } of entries)
    exports.set(one.manifest.name + path.slice(1), new Set(symbols.map(({ name }) => name)));
  const tfjs = program
    .getSourceFiles()
    .find(({ fileName }) => fileName.endsWith('/@tensorflow/tfjs-core/dist/index.d.ts'));
  const module = tfjs && checker.getSymbolAtLocation(tfjs);
  exports.set(
    '@tensorflow/tfjs-core',
    new Set(module && checker.getExportsOfModule(module).map(({ name }) => name)),
  );
  return exports;
}

/**
 * An example as a module: what it uses is imported, what it takes as given is made, and where a comment shows the value of a
 * statement, `countWords('a b'); // 2`, the two are compared.
 */
export function exampleModule(example: DocExample, { exports, given, givenIn }: ExampleNames): string {
  const source = ts.createSourceFile('example.ts', example.code, ts.ScriptTarget.ES2022, true);
  const { used, declared } = namesOf(source);
  const own = givenIn.get(example.package);
  const lines: string[] = [];
  const makes: string[] = [];
  for (const name of used) {
    if (declared.has(name)) continue;
    const near = [example.entry, example.package].find((each) => exports.get(each)?.has(name));
    const home = near ?? [...exports.keys()].find((each) => exports.get(each)?.has(name));
    if (own?.has(name))
      makes.push(`const ${name} = await givenIn[${JSON.stringify(example.package)}].${name}();`);
    else if (near === undefined && given.has(name)) makes.push(`const ${name} = await given.${name}();`);
    else if (home !== undefined) lines.push(`import { ${name} } from '${home}';`);
  }
  return [
    `import { given, givenIn, settle, compare } from '${GIVEN}';`,
    ...lines,
    ...makes,
    compared(source),
    'await settle();',
    '',
  ].join('\n');
}

/** The names that a piece of code refers to, and those that it declares itself. */
function namesOf(source: ts.SourceFile): {
  readonly used: ReadonlySet<string>;
  readonly declared: ReadonlySet<string>;
} {
  const used = new Set<string>();
  const declared = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) {
      const { parent } = node;
      const isMember =
        (ts.isPropertyAccessExpression(parent) && parent.name === node) ||
        (ts.isPropertyAssignment(parent) && parent.name === node) ||
        (ts.isBindingElement(parent) && parent.propertyName === node) ||
        (ts.isMethodDeclaration(parent) && parent.name === node) ||
        (ts.isPropertySignature(parent) && parent.name === node);
      const isDeclared =
        (ts.isVariableDeclaration(parent) ||
          ts.isParameter(parent) ||
          ts.isBindingElement(parent) ||
          ts.isFunctionDeclaration(parent) ||
          ts.isClassDeclaration(parent) ||
          ts.isInterfaceDeclaration(parent) ||
          ts.isTypeAliasDeclaration(parent) ||
          ts.isImportSpecifier(parent)) &&
        parent.name === node;
      if (isDeclared) declared.add(node.text);
      else if (!isMember) used.add(node.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return { used, declared };
}

/** The code with each value that a comment shows compared with that of its statement. */
function compared(source: ts.SourceFile): string {
  let code = source.text;
  for (const statement of [...source.statements].reverse()) {
    if (!ts.isExpressionStatement(statement) || statement.getText().startsWith('console.')) continue;
    const [comment] = ts.getTrailingCommentRanges(source.text, statement.end) ?? [];
    const value = comment && source.text.slice(comment.pos + 2, comment.end).trim();
    if (value === undefined || !isValue(value)) continue;
    const actual = source.text.slice(statement.expression.getStart(), statement.expression.end);
    code = `${code.slice(0, statement.getStart())}compare(${actual}, ${value});${code.slice(statement.end)}`;
  }
  return code;
}

/** Whether a comment is a value, and not words. */
function isValue(comment: string): boolean {
  if (!/^(?:[[{'"`\d-]|(?:true|false|null|undefined|NaN)\b)/.test(comment)) return false;
  const { parseDiagnostics } = ts.createSourceFile('v.ts', `(${comment})`, ts.ScriptTarget.ES2022) as {
    parseDiagnostics?: readonly unknown[];
  };
  return parseDiagnostics?.length === 0;
}
