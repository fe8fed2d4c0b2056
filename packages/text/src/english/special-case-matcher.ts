import type { Exceptions } from './exceptions.js';

interface Node {
  readonly next: Map<string, Node>;
  /** Whether an exception ends here. */
  ends: boolean;
}

/**
 * Finds exceptions that the splitting of affixes has taken apart, as `:` and `)` at the end of `fine:)`, and puts their own
 * tokens in place.
 */
export class SpecialCaseMatcher {
  readonly #exceptions: Exceptions;
  readonly #root: Node = { next: new Map(), ends: false };

  /** @param split - the tokens of an exception's word when there are no exceptions; nothing if none of them is split off. */
  constructor(exceptions: Exceptions, split: (word: string) => readonly string[] | undefined) {
    this.#exceptions = exceptions;
    for (const word of exceptions.keys()) {
      const tokens = split(word);
      if (tokens === undefined) continue;
      let node = this.#root;
      for (const token of tokens) {
        let next = node.next.get(token);
        if (next === undefined) node.next.set(token, (next = { next: new Map(), ends: false }));
        node = next;
      }
      node.ends = true;
    }
  }

  /**
   * The tokens with exceptions in place; the same array if there are none. Of matches that overlap the longest wins, then
   * the first. One that runs over a space changes nothing, yet hides the shorter ones it overlaps, as in the reference.
   *
   * @param spaceAfter - whether a space follows each token; none does by default.
   */
  apply(tokens: string[], spaceAfter?: readonly boolean[]): string[] {
    const startsByLength = this.#find(tokens);
    if (startsByLength.length === 0) return tokens;

    const covered = new Uint8Array(tokens.length);
    const replacements = new Map<number, { length: number; parts: readonly string[] }>();
    for (let length = startsByLength.length - 1; length > 0; length--) {
      for (const start of startsByLength[length] ?? []) {
        const free = covered[start] === 0 && covered[start + length - 1] === 0;
        covered.fill(1, start, start + length);
        if (!free) continue;
        const parts = this.#exceptions.get(textOf(tokens, start, start + length, spaceAfter));
        if (parts !== undefined && !equals(tokens, start, length, parts))
          replacements.set(start, { length, parts });
      }
    }
    if (replacements.size === 0) return tokens;

    const result: string[] = [];
    for (let index = 0; index < tokens.length;) {
      const replacement = replacements.get(index);
      if (replacement === undefined) {
        result.push(tokens[index++] as string);
      } else {
        result.push(...replacement.parts);
        index += replacement.length;
      }
    }
    return result;
  }

  /** For each length, where sequences of that many tokens begin that an exception splits into. */
  #find(tokens: readonly string[]): number[][] {
    const startsByLength: number[][] = [];
    for (let start = 0; start < tokens.length; start++) {
      let node = this.#root.next.get(tokens[start] as string);
      for (let length = 1; node !== undefined; length++) {
        if (node.ends) (startsByLength[length] ??= []).push(start);
        if (start + length >= tokens.length) break;
        node = node.next.get(tokens[start + length] as string);
      }
    }
    return startsByLength;
  }
}

function textOf(
  tokens: readonly string[],
  start: number,
  end: number,
  spaceAfter: readonly boolean[] | undefined,
): string {
  let text = '';
  for (let index = start; index < end; index++) {
    text += tokens[index] ?? '';
    if (index < end - 1 && spaceAfter?.[index] === true) text += ' ';
  }
  return text;
}

function equals(tokens: readonly string[], start: number, length: number, parts: readonly string[]): boolean {
  return parts.length === length && parts.every((part, index) => part === tokens[start + index]);
}
