/**
 * One text out of several fields, such as title and body: `xxfld 1 ... xxfld 2 ...` (fastai's `mark_fields`). A single
 * field has no mark.
 */
export function joinFields(fields: readonly string[]): string {
  if (fields.length < 2) return fields.join('');
  return fields.map((field, index) => `xxfld ${index + 1} ${field}`).join(' ');
}
