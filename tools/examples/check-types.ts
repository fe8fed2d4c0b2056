import { existsSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { root } from '../packages/published-packages.js';

/** Where the modules of examples stand, for the compiler alone. */
const FOLDER = join(root, 'tools/examples/modules');

/** Type-checks modules in one program, as those of a user's strict project. Gives what is wrong with each that has errors. */
export function checkTypes(modules: ReadonlyMap<string, string>): Map<string, string[]> {
  const files = new Map([...modules].map(([name, code]) => [join(FOLDER, `${name}.ts`), code]));
  const options: ts.CompilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: true,
    noEmit: true,
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts', 'lib.esnext.disposable.d.ts'],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    types: ['node'],
    typeRoots: [join(root, 'node_modules/@types')],
  };
  const host = ts.createCompilerHost(options);
  const program = ts.createProgram([...files.keys()], options, {
    ...host,
    fileExists: (path) => files.has(path) || existsSync(path),
    readFile: (path) => files.get(path) ?? host.readFile(path),
    getSourceFile: (path, target) => {
      const code = files.get(path);
      return code === undefined
        ? host.getSourceFile(path, target)
        : ts.createSourceFile(path, code, target, true);
    },
  });
  const problems = new Map<string, string[]>();
  for (const name of modules.keys()) {
    const source = program.getSourceFile(join(FOLDER, `${name}.ts`));
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    if (found.length > 0)
      problems.set(
        name,
        found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n')),
      );
  }
  return problems;
}
