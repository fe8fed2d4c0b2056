import ts from 'typescript';

// Code in an async function of its own, which the language has no name for.
const AsyncFunction = (async () => {}).constructor as new (
  ...args: string[]
) => (require: (specifier: string) => unknown, exports: object) => Promise<void>;

/**
 * Runs a module, its `await`s too, without a file for it.
 * @param load What its imports stand for.
 */
export async function runModule(code: string, load: (specifier: string) => Promise<unknown>): Promise<void> {
  const { outputText } = ts.transpileModule(code, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS },
  });
  const specifiers = [...outputText.matchAll(/require\("([^"]+)"\)/g)].map(([, specifier = '']) => specifier);
  const loaded = new Map<string, unknown>();
  for (const specifier of specifiers) loaded.set(specifier, await load(specifier));
  await new AsyncFunction('require', 'exports', outputText)((specifier) => loaded.get(specifier), {});
}
