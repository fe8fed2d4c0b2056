/** Puts a space on either side of `/`, `#` and `\` (fastai's `spec_add_spaces`). */
export function specAddSpaces(text: string): string {
  return text.replace(/[/#\\]/g, ' $& ');
}

/** Makes one space of several; leaves other white space (fastai's `rm_useless_spaces`). */
export function rmUselessSpaces(text: string): string {
  return text.replace(/ {2,}/g, ' ');
}

/** Spaces within a token become `▁`, so that tokens joined by spaces can be split again (fastai's `replace_space`). */
export function replaceSpace(token: string): string {
  return token.includes(' ') ? token.replaceAll(' ', '▁') : token;
}
