import { builtinModules } from 'node:module';
import { showName, UlmfitError } from '@ulmfit/errors';

/** A package's name, and the names made of it. */
export interface PackageName {
  /** `@me/ulmfit-step-decay` */
  readonly full: string;
  /** The folder of the package: `ulmfit-step-decay`. */
  readonly folder: string;
  /** Its source file, without ending: `step-decay`. */
  readonly file: string;
  /** Its function and its name as a plugin: `stepDecay`. */
  readonly camel: string;
  /** Its types: `StepDecay`. */
  readonly pascal: string;
}

const LONGEST = 214;

/**
 * Checks a name as the registry does, and derives those of file, function and types, without a leading `ulmfit-` and a trailing
 * `-plugin`.
 * @throws UlmfitError `BAD_OPTION`
 * @example
 * parsePackageName('ulmfit-step-decay').camel; // 'stepDecay'
 */
export function parsePackageName(full: string): PackageName {
  const refuse = (why: string): never => {
    throw new UlmfitError(
      'BAD_OPTION',
      `the name ${showName(full)} ${why}; choose one such as ulmfit-step-decay`,
    );
  };
  if (full === '') refuse('is empty');
  if (full.length > LONGEST) refuse(`is longer than ${LONGEST} characters`);
  if (full !== full.toLowerCase()) refuse('has capitals, which no new package may have');
  if (!/^(@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/.test(full)) {
    refuse(
      'is none that npm allows: lower-case letters, digits, dots, dashes, with @scope/ before them or not',
    );
  }
  if (['node_modules', 'favicon.ico'].includes(full) || builtinModules.includes(full)) {
    refuse("is one of Node's own");
  }
  const folder = full.slice(full.indexOf('/') + 1);
  const words = folder
    .replace(/^ulmfit-(?=.)/, '')
    .replace(/(?<=.)-plugin$/, '')
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
  const pascal = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
  const camel = pascal.charAt(0).toLowerCase() + pascal.slice(1);
  if (!/^[a-z]/.test(camel)) refuse('begins with no letter, as its function would have to');
  return { full, folder, file: words.join('-'), camel, pascal };
}
