import { brief, showName, UlmfitError } from '@ulmfit/errors';
import { isTokenizerName, tokenizerNamed } from './tokenizer-names.js';
import type { Tokenizer } from './tokenizer.js';

export interface LoadTokenizerOptions {
  /** The URL that a path is relative to: of the folder (ending in `/`) or of a file in it. Not needed for names and URLs. */
  from?: string | URL | undefined;
  /** Finds the URL of a package's module, such as `@me/tokenizers`; by default `import()` finds it. */
  resolve?: ((specifier: string, from: string) => string) | undefined;
}

/**
 * A tokenizer by its name, as of {@link tokenizerNamed}, or by the module that exports it as `tokenizer` or as its default: a
 * path (`./my-tokenizer.js`), a URL, or a package (`@me/tokenizers`). A module exports the {@link Tokenizer} itself, or a
 * function without arguments that returns it. Its code is run: load only what you would run.
 * @returns the tokenizer, with `module` for other threads to load it from
 * @throws UlmfitError `UNKNOWN_TOKENIZER` when there is no such name or module, `BAD_TOKENIZER` when the module doesn't load
 * or exports no tokenizer
 * @example
 * const tokenizer = await loadTokenizer('./my-tokenizer.js', { from: import.meta.url });
 */
export async function loadTokenizer(name: string, options: LoadTokenizerOptions = {}): Promise<Tokenizer> {
  if (isTokenizerName(name) || !isModule(name)) return tokenizerNamed(name);
  const url = urlOf(name, options);
  const exports = await importModule(name, url);
  const exported = exports['tokenizer'] ?? exports['default'];
  if (exported === undefined) {
    throw bad(
      name,
      'exports no tokenizer; export one, or a function that returns one, as tokenizer or default',
    );
  }
  let made: unknown;
  try {
    made = typeof exported === 'function' ? await (exported as () => unknown)() : exported;
  } catch (error) {
    throw bad(name, `the function that it exports threw ${reason(error)}`, error);
  }
  return { ...checkTokenizer(made, name), module: url };
}

/**
 * What plain JavaScript gives for a tokenizer, checked.
 * @param source what to call it in messages
 * @throws UlmfitError `BAD_TOKENIZER`
 * @example
 * const settings = JSON.parse('{}') as { tokenizer?: unknown };
 * try {
 *   checkTokenizer(settings.tokenizer, 'my settings');
 * } catch (error) {
 *   console.error(error); // an UlmfitError, BAD_TOKENIZER
 * }
 */
export function checkTokenizer(value: unknown, source: string): Tokenizer {
  if (typeof value !== 'object' || value === null) {
    throw bad(source, `exports ${brief(value)}; a tokenizer is an object { name, rules, tokenize(text) }`);
  }
  const { name, rules, environment, tokenize } = value as Partial<Record<keyof Tokenizer, unknown>>;
  const text = (key: string, it: unknown) => {
    if (typeof it === 'string' && it !== '') return it;
    throw bad(
      source,
      `${key} is ${brief(it)}; give a text, since saved models and caches are told apart by it`,
    );
  };
  if (typeof tokenize !== 'function') {
    throw bad(source, `tokenize is ${brief(tokenize)}; give a function from a text to a list of tokens`);
  }
  return {
    name: text('name', name),
    rules: text('rules', rules),
    ...(environment !== undefined && { environment: text('environment', environment) }),
    // It may be a class's method.
    tokenize: (input) => (value as Tokenizer).tokenize(input),
  };
}

/** Whether a text is a path, a URL or a package of a scope or with a path, and not just a name. */
const isModule = (name: string): boolean => /[/\\]|\.[cm]?[jt]s$/.test(name);
const isPath = (name: string): boolean => /^\.{0,2}[/\\]|^[^@].*\.[cm]?[jt]s$/.test(name);
const drive = /^[a-z]:[/\\]/i;
const scheme = /^[a-z][a-z0-9+.-]+:/i;

function urlOf(name: string, { from, resolve }: LoadTokenizerOptions): string {
  if (drive.test(name)) return new URL(`file:///${escapePath(name)}`).href;
  if (scheme.test(name)) return name;
  const base = from === undefined ? undefined : String(from);
  if (!isPath(name)) return base !== undefined && resolve ? resolved(name, base, resolve) : name;
  if (base === undefined) {
    throw new UlmfitError(
      'UNKNOWN_TOKENIZER',
      `tokenizer ${showName(name)}: the path is relative, but to no known folder; pass { from: import.meta.url }, or a URL`,
    );
  }
  return new URL(base.startsWith('file:') ? escapePath(name) : name, base).href;
}

/** In a file's name these are characters, and in a URL they are not. */
const escapePath = (path: string): string =>
  path.replaceAll('\\', '/').replace(/[%#?]/g, (character) => encodeURIComponent(character));

function resolved(name: string, from: string, resolve: (specifier: string, from: string) => string): string {
  try {
    return resolve(name, from);
  } catch (error) {
    throw missing(name, reason(error), error);
  }
}

async function importModule(name: string, url: string): Promise<Record<string, unknown>> {
  try {
    return (await import(/* @vite-ignore */ /* webpackIgnore: true */ url)) as Record<string, unknown>;
  } catch (error) {
    if (isMissing(error, url)) throw missing(name, `no module at ${url}`, error);
    throw bad(name, `the module doesn't load: ${reason(error)}`, error);
  }
}

/** Whether it is the module that is missing, and not one that it imports: engines name it in quotes, as a path or a URL. */
function isMissing(error: unknown, url: string): boolean {
  if ((error as { code?: unknown } | undefined)?.code !== 'ERR_MODULE_NOT_FOUND') return false;
  const [, absent = ''] = /'([^']+)'/.exec((error as Error).message) ?? [];
  const file = (path: string) => path.slice(path.lastIndexOf('/') + 1);
  return [absent, new URL(escapePath(absent), 'file:///').href].some((name) => file(name) === file(url));
}

function reason(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return (text.split('\n')[0] ?? '').slice(0, 300);
}

function missing(name: string, why: string, cause: unknown): UlmfitError {
  return new UlmfitError('UNKNOWN_TOKENIZER', `tokenizer ${showName(name)}: ${why}; check the path`, {
    cause,
  });
}

function bad(name: string, what: string, cause?: unknown): UlmfitError {
  return new UlmfitError('BAD_TOKENIZER', `tokenizer ${showName(name)}: ${what}`, { cause });
}
