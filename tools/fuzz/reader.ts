import type fc from 'fast-check';

/** A reader under test and what it is given. */
export interface FuzzedReader {
  readonly name: string;
  /** Sound files, to be spoilt. */
  readonly samples: readonly Uint8Array[];
  /** Files made to hurt; each is read once, before all others. */
  hostile(): readonly Uint8Array[];
  /** Files of the format's own pieces, put together by chance. */
  readonly arbitrary: fc.Arbitrary<Uint8Array>;
  /** Reads a file whole. */
  read(bytes: Uint8Array): unknown;
  dispose?(): void;
}
