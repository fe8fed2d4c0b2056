import { UsageError } from './options.mjs';

/**
 * The native kernels with one of these parts in their names.
 * @param {readonly string[]} parts
 * @param {readonly string[]} kernels
 * @throws UsageError
 */
export function kernelsToLeaveOut(parts, kernels) {
  const native = kernels.filter((name) => name.startsWith('Ulmfit'));
  return parts.flatMap((part) => {
    const found = native.filter((name) => name.toLowerCase().includes(part.toLowerCase()));
    if (found.length === 0) {
      throw new UsageError(
        `--without ${part}: no native kernel has that in its name; there are ${native.join(', ') || 'none'}`,
      );
    }
    return found;
  });
}
