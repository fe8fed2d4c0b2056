import { arrow, box, svg, text } from './svg.js';

/** One matrix at both ends of the language model. */
export function tyingPicture(): string {
  const node = (x: number, y: number, width: number, name: string, note: string, isShared = false): string =>
    box(
      { x, y, width, height: 54 },
      { fill: isShared ? 'paper' : 'fill', stroke: isShared ? 'green' : 'line' },
    ) +
    text(x + width / 2, y + 18, name, { anchor: 'middle', bold: true }) +
    text(x + width / 2, y + 38, note, { anchor: 'middle', color: 'soft', size: 12 });
  return svg(
    'The embedding matrix looks words up at the bottom of the language model and scores the next word at the top',
    { width: 508, height: 232 },
    node(12, 90, 150, 'embedding', '[words, 400]', true),
    node(220, 12, 276, 'scores of the next word', 'one for each word of the vocabulary'),
    node(220, 90, 276, 'LSTM layers', 'the last one is as wide as the embedding'),
    node(220, 168, 276, 'ids of the text', 'what has been read so far'),
    arrow([
      [358, 164],
      [358, 148],
    ]),
    arrow([
      [358, 86],
      [358, 70],
    ]),
    arrow(
      [
        [87, 148],
        [87, 195],
        [214, 195],
      ],
      { color: 'green' },
    ),
    text(100, 182, 'looks up', { color: 'green', size: 12 }),
    arrow(
      [
        [87, 86],
        [87, 39],
        [214, 39],
      ],
      { color: 'green' },
    ),
    text(100, 54, 'transposed', { color: 'green', size: 12 }),
  );
}
