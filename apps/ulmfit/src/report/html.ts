import { escapeUTF8 } from 'entities/escape';

/** Text that is HTML already. */
export class Html {
  constructor(readonly text: string) {}
}

type Value = string | number | Html | readonly (string | number | Html)[];

/** A template whose values are escaped, but for those that are HTML. */
export function html(texts: TemplateStringsArray, ...values: readonly Value[]): Html {
  return new Html(texts.reduce((page, text, i) => page + toText(values[i - 1] ?? '') + text));
}

const toText = (value: Value): string => {
  if (value instanceof Html) return value.text;
  if (typeof value === 'string' || typeof value === 'number') return escapeUTF8(String(value));
  return value.map(toText).join('');
};
