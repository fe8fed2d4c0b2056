/**
 * A name beside `path` that nobody else uses, be it a process or a thread, for what is renamed to `path` once it is whole.
 * {@link isTemporary} knows it again.
 * @example
 * const temporary = temporaryName('report.json'); // beside it, to be renamed once it is whole
 */
export const temporaryName = (path: string): string =>
  `${path}.${globalThis.process?.pid ?? 0}-${crypto.getRandomValues(new BigUint64Array(1))[0]}.tmp`;

const TEMPORARY = /\.(\d+)-\d+\.tmp$/;

/**
 * Whether a file or folder is what a writer left when it was killed; others' `.tmp` are none of ours.
 * @example
 * isTemporary(temporaryName('report.json')); // true
 */
export const isTemporary = (name: string): boolean => TEMPORARY.test(name);

/**
 * The process that made a temporary name; `undefined` for another name.
 * @example
 * temporaryOwner(temporaryName('report.json')) === process.pid; // true
 */
export function temporaryOwner(name: string): number | undefined {
  const [, pid] = TEMPORARY.exec(name) ?? [];
  return pid === undefined ? undefined : Number(pid);
}
