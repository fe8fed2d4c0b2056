import { init, type ECharts } from 'echarts/core';
import { escapeUTF8 } from 'entities/escape';
import { Html } from './html.js';

/** Neither too dark on black nor too light on white: the page follows the reader's preference. */
export const INK = '#7d858f';
export const GRID = '#7d858f40';
const [WIDTH, HEIGHT] = [560, 250];

export interface SvgChartSize {
  readonly width?: number;
  readonly height?: number;
}

/** What all charts have alike. */
export const chartStyle = {
  animation: false,
  backgroundColor: 'transparent',
  textStyle: { fontFamily: 'system-ui, sans-serif' },
} as const;

export const chartLegend = {
  top: 0,
  right: 8,
  icon: 'roundRect',
  itemWidth: 14,
  itemHeight: 4,
  itemGap: 16,
  textStyle: { color: INK },
} as const;

/** A chart as an SVG drawing that needs no script; the title is for who can't see it. */
export function svgChart(
  title: string,
  option: Parameters<ECharts['setOption']>[0],
  { width = WIDTH, height = HEIGHT }: SvgChartSize = {},
): Html {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    chart.setOption(option);
    return new Html(
      chart.renderToSVGString().replace('<svg', `<svg role="img" aria-label="${escapeUTF8(title)}"`),
    );
  } finally {
    // Else its timer keeps the process.
    chart.dispose();
  }
}
