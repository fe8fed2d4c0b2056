import { escapeUTF8 } from 'entities';
import { colour, FONT, styleOfPicture, type Color } from './palette.js';

export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** An element; attributes that are undefined are left out. */
export function element(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const written = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined
      ? []
      : [` ${key}="${typeof value === 'number' ? String(Number(value.toFixed(2))) : escapeUTF8(value)}"`],
  );
  const open = `<${name}${written.join('')}`;
  return children.length === 0 ? `${open}/>` : `${open}>${children.join('')}</${name}>`;
}

export interface TextStyle {
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly color?: Color;
  readonly size?: number;
  readonly bold?: boolean;
  readonly code?: boolean;
}

/** A line of text; `y` is its middle. */
export function text(x: number, y: number, content: string, style: TextStyle = {}): string {
  const { anchor = 'start', color = 'ink', size = 13, bold = false, code = false } = style;
  return element(
    'text',
    {
      x,
      y: y + size * 0.35,
      'text-anchor': anchor === 'start' ? undefined : anchor,
      'font-size': size,
      'font-weight': bold ? 600 : undefined,
      'font-family': code ? 'ui-monospace,Menlo,Consolas,monospace' : undefined,
      fill: colour(color),
    },
    escapeUTF8(content),
  );
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface BoxStyle {
  readonly fill?: Color | 'none';
  readonly stroke?: Color | 'none';
  readonly radius?: number;
  readonly opacity?: number;
  readonly dashed?: boolean;
}

export function box({ x, y, width, height }: Box, style: BoxStyle = {}): string {
  const { fill = 'fill', stroke = 'line', radius = 6, opacity, dashed = false } = style;
  return element('rect', {
    ...{ x, y, width, height },
    rx: radius,
    fill: fill === 'none' ? fill : colour(fill),
    'fill-opacity': opacity,
    stroke: stroke === 'none' ? undefined : colour(stroke),
    'stroke-dasharray': dashed ? '4 3' : undefined,
  });
}

/** An arrow along points, with its head at the last. */
export function arrow(
  points: readonly (readonly [x: number, y: number])[],
  { color = 'soft', dashed = false }: { readonly color?: Color; readonly dashed?: boolean } = {},
): string {
  const [tip, before] = [points.at(-1), points.at(-2)];
  if (!tip || !before) return '';
  const angle = Math.atan2(tip[1] - before[1], tip[0] - before[0]);
  const corner = (turn: number): string =>
    `${(tip[0] - 7 * Math.cos(angle + turn)).toFixed(1)},${(tip[1] - 7 * Math.sin(angle + turn)).toFixed(1)}`;
  return (
    element('polyline', {
      points: points.map(([x, y]) => `${String(x)},${String(y)}`).join(' '),
      fill: 'none',
      stroke: colour(color),
      'stroke-width': 1.5,
      'stroke-dasharray': dashed ? '4 3' : undefined,
    }) + element('polygon', { points: `${tip.join()} ${corner(0.45)} ${corner(-0.45)}`, fill: colour(color) })
  );
}

export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** A whole picture; the title is for who can't see it. */
export function svg(title: string, { width, height }: PictureSize, ...body: readonly string[]): string {
  const attributes = {
    xmlns: 'http://www.w3.org/2000/svg',
    viewBox: `0 0 ${String(width)} ${String(height)}`,
    ...{ width, height, role: 'img', 'aria-label': title },
    style: `font-family:${FONT}`,
  };
  return `${element('svg', attributes, styleOfPicture, ...body)}\n`;
}
