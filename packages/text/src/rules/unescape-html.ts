import { decodeHTML } from 'entities';

const reference = /&(?:#([0-9]+);?|#[xX]([0-9a-fA-F]+);?|[^\t\n\f <&#;]{1,32};?)/g;

/** Windows-1252, which the HTML standard reads numeric references from 0x80 to 0x9f in; a gap stands for itself. */
const windows1252 = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

/** Python's `html.unescape`: as the HTML standard decodes, but what no character stands for is dropped. */
export function unescapeHtml(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(reference, (match: string, decimal?: string, hexadecimal?: string) => {
    if (decimal !== undefined) return numericReference(Number.parseInt(decimal, 10));
    if (hexadecimal !== undefined) return numericReference(Number.parseInt(hexadecimal, 16));
    return decodeHTML(match);
  });
}

function numericReference(codePoint: number): string {
  if (codePoint >= 0x80 && codePoint <= 0x9f) return windows1252.charAt(codePoint - 0x80);
  if (codePoint === 0 || codePoint > 0x10ffff || (codePoint >= 0xd800 && codePoint <= 0xdfff))
    return '\ufffd';
  return isNoCharacter(codePoint) ? '' : String.fromCodePoint(codePoint);
}

/** Control characters other than white space, and the code points that Unicode sets aside for good. */
function isNoCharacter(codePoint: number): boolean {
  return (
    codePoint <= 0x08 ||
    codePoint === 0x0b ||
    (codePoint >= 0x0e && codePoint <= 0x1f) ||
    codePoint === 0x7f ||
    (codePoint >= 0xfdd0 && codePoint <= 0xfdef) ||
    (codePoint & 0xfffe) === 0xfffe
  );
}
