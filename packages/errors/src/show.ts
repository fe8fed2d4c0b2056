import { printable } from './printable.js';

const MAX = 100;

/**
 * A name from a file for a message: foreign and long ones in quotes and cut, so that the message stays one line.
 * @example
 * showName('price'); // 'price'
 */
export const showName = (name: string): string => (/^[\w./:\\-]{1,100}$/.test(name) ? name : plain(name));

/**
 * A value from a file for a message, whatever it is, in one short line.
 * @example
 * brief({ lr: 0.1 }); // 'an object'
 */
export function brief(value: unknown): string {
  const text = Array.isArray(value)
    ? `[${value.slice(0, 8).map(plain).join(', ')}${value.length > 8 ? ', …' : ''}]`
    : plain(value);
  return text.length > MAX ? `${text.slice(0, MAX)}…` : text;
}

function plain(value: unknown): string {
  if (typeof value === 'string')
    return printable(JSON.stringify(value.length > MAX ? `${value.slice(0, MAX)}…` : value));
  if (typeof value === 'bigint')
    return value < 2n ** 64n && value > -(2n ** 64n) ? `${value}` : 'a huge integer';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
