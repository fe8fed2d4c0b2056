/** A message without its line breaks: the system, a parser or a path may have brought some along. */
export const oneLine = (message: string): string => message.trim().replace(/\s*[\n\r\u2028\u2029]\s*/g, ' ');
