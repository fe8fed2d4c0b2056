import { arrow, box, svg, text } from './svg.js';

const WORDS = ['not', 'a', 'bad', 'film'];

/** Two classifiers that read from the two ends, and the mean of what they say. */
export function directionsPicture(): string {
  const words = (y: number, color: 'green' | 'orange'): string[] =>
    WORDS.map((word, i) =>
      [
        box({ x: 12 + i * 58, y, width: 50, height: 30 }, { stroke: color, fill: 'paper' }),
        text(37 + i * 58, y + 15, word, { anchor: 'middle', code: true }),
      ].join(''),
    );
  const model = (y: number, name: string, p: string): string =>
    box({ x: 272, y: y - 6, width: 132, height: 42 }) +
    text(338, y + 7, name, { anchor: 'middle', bold: true }) +
    text(338, y + 24, p, { anchor: 'middle', color: 'soft', size: 12 });
  return svg(
    'One classifier reads a text from its start, another from its end; their probabilities are averaged',
    { width: 508, height: 158 },
    ...words(22, 'green'),
    arrow(
      [
        [14, 64],
        [230, 64],
      ],
      { color: 'green' },
    ),
    arrow([
      [240, 37],
      [266, 37],
    ]),
    model(22, 'forward', 'probabilities'),
    ...words(100, 'orange'),
    arrow(
      [
        [230, 142],
        [14, 142],
      ],
      { color: 'orange' },
    ),
    arrow([
      [240, 115],
      [266, 115],
    ]),
    model(100, 'backward', 'probabilities'),
    arrow([
      [408, 37],
      [456, 37],
      [456, 62],
    ]),
    arrow([
      [408, 115],
      [456, 115],
      [456, 96],
    ]),
    box({ x: 420, y: 64, width: 72, height: 30 }, { stroke: 'green', fill: 'paper' }),
    text(456, 79, 'mean', { anchor: 'middle', bold: true }),
  );
}
