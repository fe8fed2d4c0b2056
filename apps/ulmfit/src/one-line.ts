import { printable } from '@ulmfit/errors';

/** A message without its line breaks and what a terminal would obey: the system, a parser or a path may have brought some along. */
export const oneLine = (message: string): string =>
  printable(message.trim().replace(/\s*[\n\r\u2028\u2029]\s*/g, ' '));
