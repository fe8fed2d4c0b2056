import { colour, type Color } from './palette.js';
import { element } from './svg.js';

export interface CellsOptions {
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly color?: Color;
}

/** Cells of a matrix as one path each for those that are kept and those that are dropped. */
export function maskCells(
  rows: readonly (readonly number[])[],
  { x, y, size, color = 'green' }: CellsOptions,
): string {
  const path = (wanted: boolean): string =>
    rows
      .flatMap((row, i) =>
        row.flatMap((value, j) =>
          (value !== 0) === wanted
            ? [
                `M${String(x + j * size)} ${String(y + i * size)}h${String(size - 1)}v${String(size - 1)}h-${String(size - 1)}z`,
              ]
            : [],
        ),
      )
      .join('');
  return (
    element('path', { d: path(true), fill: colour(color) }) +
    element('path', { d: path(false), fill: colour('line') })
  );
}

/** Cells of a matrix of numbers from -1 to 1, the stronger the further from 0. */
export function valueCells(rows: readonly (readonly number[])[], { x, y, size }: CellsOptions): string {
  return rows
    .flatMap((row, i) =>
      row.map((value, j) =>
        element('rect', {
          x: x + j * size,
          y: y + i * size,
          width: size - 2,
          height: size - 2,
          rx: 2,
          fill: colour(value < 0 ? 'orange' : 'green'),
          'fill-opacity': 0.08 + 0.92 * Math.min(1, Math.abs(value)),
        }),
      ),
    )
    .join('');
}
