import { arrow, box, svg, text } from './svg.js';

/** A round of self-training. */
export function selfTrainingPicture(): string {
  const node = (x: number, y: number, name: string, note: string, isModel = false): string =>
    box(
      { x, y, width: 150, height: 54 },
      { fill: isModel ? 'paper' : 'fill', stroke: isModel ? 'green' : 'line' },
    ) +
    text(x + 75, y + 18, name, { anchor: 'middle', bold: true }) +
    text(x + 75, y + 38, note, { anchor: 'middle', color: 'soft', size: 12 });
  const straight = (...points: [number, number][]): string => arrow(points);
  return svg(
    'A round of self-training: a teacher labels texts, the surest of each class are chosen, and a new model learns from them',
    { width: 508, height: 178 },
    node(4, 12, 'labelled texts', 'yours'),
    node(179, 12, 'teacher', 'trained on them', true),
    node(354, 12, 'unlabelled texts', 'of the same kind'),
    node(354, 112, 'newly labelled', 'the surest of each class'),
    node(179, 112, 'student', 'from the same LM', true),
    straight([157, 39], [174, 39]),
    straight([332, 39], [349, 39]),
    straight([429, 69], [429, 107]),
    text(421, 88, 'predicts', { anchor: 'end', color: 'soft', size: 12 }),
    straight([351, 139], [334, 139]),
    straight([79, 69], [79, 139], [174, 139]),
    arrow(
      [
        [254, 108],
        [254, 70],
      ],
      { color: 'orange', dashed: true },
    ),
    text(262, 88, 'next round', { color: 'orange', size: 12 }),
  );
}
