/**
 * Puts a space on either side of `/`, `#` and `\` (fastai's `spec_add_spaces`).
 * @example
 * specAddSpaces('and/or'); // 'and / or'
 */
export function specAddSpaces(text: string): string {
  return text.replace(/[/#\\]/g, ' $& ');
}

/**
 * Makes one space of several; leaves other white space (fastai's `rm_useless_spaces`).
 * @example
 * rmUselessSpaces('a   b'); // 'a b'
 */
export function rmUselessSpaces(text: string): string {
  return text.replace(/ {2,}/g, ' ');
}

/**
 * Spaces within a token become `▁`, so that tokens joined by spaces can be split again (fastai's `replace_space`).
 * @example
 * replaceSpace('a b'); // 'a▁b'
 */
export function replaceSpace(token: string): string {
  return token.includes(' ') ? token.replaceAll(' ', '▁') : token;
}
