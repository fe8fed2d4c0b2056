import { LineChart } from 'echarts/charts';
import { GridComponent, LegendComponent } from 'echarts/components';
import { init, use, type ECharts } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { colour, FONT, type Color } from './palette.js';
import { svg, type PictureSize } from './svg.js';

use([LineChart, GridComponent, LegendComponent, SVGRenderer]);

export interface Line {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  readonly color: Color;
  /** A line that stands still between its points. */
  readonly stepped?: boolean;
  readonly dashed?: boolean;
  readonly symbols?: boolean;
}

export interface Axis {
  readonly name: string;
  readonly type?: 'value' | 'log';
  readonly min?: number;
  readonly max?: number;
  readonly interval?: number;
  readonly format?: (value: number) => string;
}

export interface LinePlotOptions {
  readonly title: string;
  readonly lines: readonly Line[];
  readonly x: Axis;
  readonly y: Axis;
  readonly size?: PictureSize;
}

const SIZE: PictureSize = { width: 480, height: 260 };
const LABEL = { color: colour('soft'), fontSize: 13 };

/** What every plot looks like. */
export const plotStyle = {
  animation: false,
  backgroundColor: 'transparent',
  textStyle: { fontFamily: FONT },
} as const;

export const plotLegend = {
  top: 0,
  left: 'center',
  icon: 'roundRect',
  itemWidth: 16,
  itemHeight: 4,
  textStyle: { color: colour('ink'), fontSize: 13 },
} as const;

/** An axis in the colours of the picture. */
export function plotAxis({ name, type = 'value', min, max, interval, format }: Axis, side: 'x' | 'y') {
  return {
    type,
    name,
    nameLocation: 'middle' as const,
    nameGap: side === 'x' ? 30 : 46,
    nameTextStyle: LABEL,
    axisLabel: { ...LABEL, showMaxLabel: type === 'value', ...(format && { formatter: format }) },
    axisLine: { show: side === 'x', lineStyle: { color: colour('soft') } },
    axisTick: { show: false },
    splitLine: { show: side === 'y', lineStyle: { color: colour('line') } },
    ...(min !== undefined && { min }),
    ...(max !== undefined && { max }),
    ...(interval !== undefined && { interval }),
  };
}

/** Draws what echarts is told, without a script and without what changes from one drawing to the next. */
export function plot(
  name: string,
  title: string,
  option: Parameters<ECharts['setOption']>[0],
  size: PictureSize = SIZE,
): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, ...size });
  try {
    chart.setOption({ ...plotStyle, ...option });
    const body = chart
      .renderToSVGString()
      .replace(/^<svg[^>]*>/, '')
      .replace(/<\/svg>\s*$/, '')
      .replace(/<style[^]*?<\/style>/g, '')
      .replace(/ (?:class|pointer-events|xml:space|ecmeta_\w+)="[^"]*"/g, '')
      .replace(/<rect [^>]*fill="none"[^>]*><\/rect>\n/, '')
      // Names of clips, which a page that shows several pictures must not have twice.
      .replace(/zr\d+-/g, `${name}-`);
    return svg(title, size, body);
  } finally {
    // Else its timer keeps the process.
    chart.dispose();
  }
}

/** Lines over a plane. */
export function linePlot(name: string, { title, lines, x, y, size }: LinePlotOptions): string {
  return plot(
    name,
    title,
    {
      legend: { ...plotLegend, show: lines.length > 1, itemGap: lines.length > 3 ? 12 : 30 },
      grid: { left: 58, right: 24, top: lines.length > 1 ? 34 : 12, bottom: 46 },
      xAxis: plotAxis(x, 'x'),
      yAxis: plotAxis(y, 'y'),
      series: lines.map(
        ({ name: line, points, color, stepped = false, dashed = false, symbols = false }) => ({
          type: 'line' as const,
          name: line,
          data: points.map((point) => [...point]),
          color: colour(color),
          silent: true,
          showSymbol: symbols,
          symbol: 'circle',
          symbolSize: 7,
          ...(stepped && { step: 'end' as const }),
          lineStyle: { width: 2.5, type: dashed ? ('dashed' as const) : ('solid' as const) },
        }),
      ),
    },
    size,
  );
}
