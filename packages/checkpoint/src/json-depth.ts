/** Deeper than anything that is written here, and little for code that descends by calling itself. */
const MAX_DEPTH = 100;

/**
 * Whether lists and objects of a JSON text stand more than a hundred deep in one another. `JSON.parse` reads any depth, but
 * its reviver, `JSON.stringify` and schemas run out of stack on what it gives.
 */
export function isDeep(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const c = text[at];
    if (c === '"') {
      for (at++; at < text.length && text[at] !== '"'; at++) if (text[at] === '\\') at++;
    } else if (c === '{' || c === '[') {
      if (++depth > MAX_DEPTH) return true;
    } else if (c === '}' || c === ']') depth--;
  }
  return false;
}
