/** A block of TypeScript of a page, as a module of its own. */
export interface CodeBlock {
  readonly code: string;
  /** False for what needs a download or a file that is not here: marked by `no-run` after `ts`. */
  readonly runs: boolean;
}

/** The blocks of TypeScript of a page of Markdown. */
export const codeBlocks = (page: string): CodeBlock[] =>
  [...page.matchAll(/^```ts( no-run)?\n(.*?)^```$/gms)].map(([, mark, code = '']) => ({
    code,
    runs: mark === undefined,
  }));
