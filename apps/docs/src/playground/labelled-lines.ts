/** A text and its class. */
export interface LabelledLine {
  readonly text: string;
  readonly label: string;
}

/** More would train for minutes. */
const MOST_LINES = 500;
const MOST_CHARACTERS = 500;
/** With fewer there is nothing to learn from. */
const LEAST_OF_A_CLASS = 2;

/**
 * Reads lines such as `billing: My card was charged twice.`, the label before the first colon or tab. Empty lines are passed over.
 * @returns the lines, or what is wrong with them in one line
 */
export function labelledLines(
  pasted: string,
): { readonly lines: readonly LabelledLine[] } | { readonly error: string } {
  const lines: LabelledLine[] = [];
  const counts = new Map<string, number>();
  for (const [i, line] of pasted.split(/\r?\n/).entries()) {
    if (!/\S/.test(line)) continue;
    const [, label = '', text = ''] = /^\s*([^:\t]*?)\s*[:\t]\s*(.*?)\s*$/.exec(line) ?? [];
    if (label === '') return { error: `Line ${i + 1} has no label: write “label: text”.` };
    if (text === '') return { error: `Line ${i + 1} has no text after its label.` };
    if (text.length > MOST_CHARACTERS)
      return { error: `Line ${i + 1} has ${text.length} characters: ${MOST_CHARACTERS} at most.` };
    lines.push({ text, label });
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  if (lines.length > MOST_LINES)
    return { error: `These are ${lines.length} lines: paste ${MOST_LINES} at most.` };
  if (counts.size < 2) return { error: 'Give lines of two classes at least.' };
  const [rare] = [...counts].find(([, count]) => count < LEAST_OF_A_CLASS) ?? [];
  if (rare !== undefined) return { error: `Class ${rare} has one line: give ${LEAST_OF_A_CLASS} at least.` };
  return { lines };
}
