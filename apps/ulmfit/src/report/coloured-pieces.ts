import type { ExplainedPiece } from '@ulmfit/inference';
import { largestOf, signed } from '../explain/strongest-pieces.js';
import { terminalText } from '../terminal-text.js';
import { html, type Html } from './html.js';

/** What is fainter is not seen. */
const FAINT = 0.04;

/** A text whose pieces are coloured by what they say: blue for a class, orange and underlined against it. */
export function colouredPieces(pieces: readonly ExplainedPiece[]): Html {
  const largest = largestOf(pieces);
  return html`${pieces.map(({ text, contribution }) => {
    // Line ends stay, and nothing else that a browser would obey.
    const shown = terminalText(text);
    const share = largest > 0 ? Math.abs(contribution) / largest : 0;
    return share < FAINT
      ? html`${shown}`
      : html`<mark
          class="${contribution < 0 ? 'against' : 'for'}"
          style="--share: ${share.toFixed(2)}"
          title="${signed(contribution)}"
          >${shown}</mark
        >`;
  })}`;
}

/** What the colours mean. */
export const colourKey = (label: string): Html =>
  html`<small class="key"
    ><mark class="for" style="--share: 0.7">for</mark> and
    <mark class="against" style="--share: 0.7">against</mark> ${label}</small
  >`;
