// Module hooks: the rows of the benchmark take the packages of another workspace.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const rows = new URL('rows/', import.meta.url).href;
let importer = '';

/** @param {{ workspace: string }} data */
export function initialize({ workspace }) {
  importer = pathToFileURL(join(workspace, 'package.json')).href;
}

/**
 * @type {import('node:module').ResolveHook}
 */
export function resolve(specifier, context, nextResolve) {
  const isPackage = /^[@\w]/.test(specifier) && !/^\w+:/.test(specifier);
  const ofRow = context.parentURL?.startsWith(rows) ?? false;
  return nextResolve(specifier, isPackage && ofRow ? { ...context, parentURL: importer } : context);
}
