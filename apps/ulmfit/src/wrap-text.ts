import { stripVTControlCharacters } from 'node:util';
import { textWidth } from './fit-text.js';

/** A line in pieces that fit a screen, cut at spaces; those after the first are indented two columns more. Colours take no room. */
export function wrapText(line: string, columns: number): string[] {
  if (widthOf(line) <= columns) return [line];
  const indent = /^ */.exec(line)?.[0] ?? '';
  const lines: string[] = [];
  let current = indent;
  // A per cent sign stays with its number.
  for (const word of line.trim().split(/ (?!%)/)) {
    const next = current.trim() === '' ? `${current}${word}` : `${current} ${word}`;
    if (widthOf(next) > columns && current.trim() !== '') {
      lines.push(current);
      current = `${indent}  ${word}`;
    } else current = next;
  }
  return [...lines, current];
}

const widthOf = (line: string): number => textWidth(stripVTControlCharacters(line));
