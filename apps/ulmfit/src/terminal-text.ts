import { printable } from '@ulmfit/errors';

/** Foreign text of several lines or columns for a terminal: those stay, and nothing in it is obeyed. */
export const terminalText = (text: string): string => text.replace(/[^\t\n]+/g, printable);

/** What `JSON.stringify` leaves as it is, and a terminal may obey. */
const OBEYED = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** The same value as `JSON.stringify` gives, without a character that a terminal obeys. */
export const jsonText = (value: unknown, indent?: number): string =>
  JSON.stringify(value, null, indent).replace(
    OBEYED,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
