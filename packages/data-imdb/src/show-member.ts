/** A member's name for a message: a foreign or long one in quotes and cut, so that the message stays one line. */
export const showMember = (name: string): string =>
  /^[ -~]{1,200}$/.test(name)
    ? `member ${name}`
    : `member ${JSON.stringify(name.length > 200 ? `${name.slice(0, 200)}…` : name)}`;
