import type { SourceOptions } from '@ulmfit/data-files';
import type { Flags, readingFlags } from './flags.js';

/** How the flags say that files are read; what they leave open is found in the files. */
export function readingOf({
  textColumn,
  format,
  delimiter,
  header,
  quotes,
}: { readonly [Name in (typeof readingFlags)[number]]?: Flags[Name] | undefined }) {
  return {
    textColumns: textColumn?.split(',').map((name) => name.trim()),
    ...{ format, delimiter },
    // Left out where nothing is said, as runs of earlier versions have kept it.
    header: header === false ? false : undefined,
    quotes: quotes === false ? false : undefined,
  } satisfies Partial<SourceOptions>;
}
