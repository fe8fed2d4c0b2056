import { chainThawPlan, gradualUnfreezing, type UnfreezingStage } from '@ulmfit/discriminative';
import { GROUPS } from './rate-bars.js';
import { box, svg, text } from './svg.js';

const [CELL, LEFT, TOP] = [30, 104, 56];

/** Which groups a stage trains. */
const trained = ({ only, freezeTo }: UnfreezingStage): readonly string[] =>
  only ?? GROUPS.slice(freezeTo ?? 0);

function grid(x: number, title: string, stages: readonly UnfreezingStage[]): string[] {
  const cells = stages.flatMap((stage, column) =>
    [...GROUPS].reverse().map((group, row) => {
      const isTrained = trained(stage).includes(group);
      return box(
        { x: x + column * CELL, y: TOP + row * CELL, width: CELL - 3, height: CELL - 3 },
        { fill: isTrained ? 'green' : 'fill', stroke: isTrained ? 'none' : 'line', radius: 4 },
      );
    }),
  );
  const epochs = stages.map((_, column) =>
    text(x + column * CELL + CELL / 2 - 1.5, TOP + GROUPS.length * CELL + 12, String(column + 1), {
      anchor: 'middle',
      color: 'soft',
    }),
  );
  const middle = x + (stages.length * CELL) / 2 - 1.5;
  return [
    text(middle, 30, title, { anchor: 'middle', bold: true }),
    ...cells,
    ...epochs,
    text(middle, TOP + GROUPS.length * CELL + 34, 'epoch', { anchor: 'middle', color: 'soft' }),
  ];
}

/** Which group is trained in which epoch. */
export function unfreezingGrid(): string {
  const options = { groups: [...GROUPS] };
  const [gradual, chain] = [gradualUnfreezing(options), chainThawPlan(options)];
  const right = LEFT + gradual.length * CELL + 56;
  return svg(
    'Gradual unfreezing trains one more group from the top each epoch; chain-thaw trains the head, each other group alone, then all',
    { width: right + chain.length * CELL + 16, height: TOP + GROUPS.length * CELL + 50 },
    ...[...GROUPS]
      .reverse()
      .map((group, row) =>
        text(LEFT - 12, TOP + row * CELL + CELL / 2 - 1.5, group, { anchor: 'end', code: true }),
      ),
    ...grid(LEFT, 'gradual unfreezing', gradual),
    ...grid(right, 'chain-thaw', chain),
  );
}
