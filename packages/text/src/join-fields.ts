/**
 * One text out of several fields, such as title and body: `xxfld 1 ... xxfld 2 ...` (fastai's `mark_fields`). A single
 * field has no mark.
 * @example
 * joinFields(['Card', 'It was charged twice.']); // 'xxfld 1 Card xxfld 2 It was charged twice.'
 */
export function joinFields(fields: readonly string[]): string {
  if (fields.length < 2) return fields.join('');
  return fields.map((field, index) => `xxfld ${index + 1} ${field}`).join(' ');
}

/**
 * The fields of a text that {@link joinFields} has made, for people to read; the text alone where it has no marks. A text cut
 * short has the fields that are left.
 * @example
 * splitFields('xxfld 1 Card xxfld 2 It was charged twice.'); // ['Card', 'It was charged twice.']
 */
export function splitFields(text: string): string[] {
  if (!text.startsWith('xxfld 1 ')) return [text];
  const fields: string[] = [];
  let rest = text.slice('xxfld 1 '.length);
  for (let next = 2; ; next++) {
    const mark = ` xxfld ${next} `;
    const end = rest.indexOf(mark);
    if (end < 0) return [...fields, rest];
    fields.push(rest.slice(0, end));
    rest = rest.slice(end + mark.length);
  }
}
