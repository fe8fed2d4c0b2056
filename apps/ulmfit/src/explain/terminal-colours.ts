import type { ExplainedPiece } from '@ulmfit/inference';
import { terminalText } from '../terminal-text.js';
import { largestOf } from './strongest-pieces.js';

/** Backgrounds of the 256 colours, from weak to strong, with black or white upon them: blue for the class, orange against it. */
const FOR = ['48;5;153;38;5;16', '48;5;75;38;5;16', '48;5;25;38;5;231'];
const AGAINST = ['48;5;223;38;5;16', '48;5;215;38;5;16', '48;5;166;38;5;231'];
/** Shares of the strongest piece at which a colour begins. */
const LEVELS = [0.1, 0.35, 0.7];

/** A text whose pieces are coloured by what they say. */
export function colouredText(pieces: readonly ExplainedPiece[]): string {
  const largest = largestOf(pieces);
  return pieces
    .map(({ text, contribution }) => {
      const level = LEVELS.filter((least) => Math.abs(contribution) >= least * largest).length;
      const colour = (contribution < 0 ? AGAINST : FOR)[level - 1];
      const shown = terminalText(text);
      return contribution === 0 || colour === undefined ? shown : `\u001b[${colour}m${shown}\u001b[0m`;
    })
    .join('');
}

/** Whether a stream shows colours and its reader wants them (no-color.org). */
export const showsColours = (
  stream: { readonly isTTY?: boolean; hasColors?: (count: number) => boolean },
  environment: Readonly<Record<string, string | undefined>>,
): boolean =>
  stream.isTTY === true && (environment['NO_COLOR'] ?? '') === '' && stream.hasColors?.(256) === true;
