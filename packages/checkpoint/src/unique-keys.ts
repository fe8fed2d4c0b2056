/**
 * The first key that appears twice in one object of a JSON text, which `JSON.parse` would pass over in silence.
 * @param text valid JSON: parse it first
 */
export function duplicateKey(text: string): string | undefined {
  /** The keys of each open object; `undefined` for an open list. */
  const open: (Set<string> | undefined)[] = [];
  for (let at = 0; at < text.length; at++) {
    const c = text[at];
    if (c === '{') open.push(new Set());
    else if (c === '[') open.push(undefined);
    else if (c === '}' || c === ']') open.pop();
    else if (c === '"') {
      const start = at;
      let isPlain = true;
      for (at++; text[at] !== '"'; at++) {
        if (text[at] !== '\\') continue;
        isPlain = false;
        at++;
      }
      const keys = open.at(-1);
      if (!keys || !isKey(text, at + 1)) continue;
      const key = isPlain ? text.slice(start + 1, at) : (JSON.parse(text.slice(start, at + 1)) as string);
      if (keys.has(key)) return key;
      keys.add(key);
    }
  }
  return undefined;
}

/** Whether a colon comes next. */
function isKey(text: string, at: number): boolean {
  while (text[at] === ' ' || text[at] === '\n' || text[at] === '\r' || text[at] === '\t') at++;
  return text[at] === ':';
}
