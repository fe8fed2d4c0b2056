/** What an error says. */
export const messageOf = (reason: unknown): string =>
  reason instanceof Error ? reason.message : String(reason);
