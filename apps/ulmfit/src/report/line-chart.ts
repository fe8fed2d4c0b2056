import { LineChart } from 'echarts/charts';
import { GridComponent, LegendComponent, MarkLineComponent } from 'echarts/components';
import { use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import type { Html } from './html.js';
import type { Points } from './points.js';
import { chartLegend, chartStyle, GRID, INK, svgChart } from './svg-chart.js';
import { thin } from './thin.js';

use([LineChart, GridComponent, LegendComponent, MarkLineComponent, SVGRenderer]);

export interface Line {
  readonly name: string;
  readonly points: Points;
  readonly color: string;
  /** `faint` for what lies behind, `points` for a few values that count each. Default `plain`. */
  readonly look?: 'plain' | 'faint' | 'points';
}

export interface LineChartOptions {
  /** For who can't see it. */
  readonly title: string;
  readonly lines: readonly Line[];
  /** What the x axis counts. */
  readonly along: string;
  /** Whether the x axis is of powers of ten. Default false. */
  readonly logarithmic?: boolean;
  /** Places on the x axis with a name. */
  readonly marks?: readonly { readonly at: number; readonly name: string }[];
}

const FAINT = 0.55;
/** Names that stand beside each other in the legend. */
const LEGEND_COLUMNS = 5;
/** Of the width what the name of a mark needs. */
const MARK_ROOM = 0.09;

/** A chart as an SVG drawing that needs no script. */
export function lineChart({ title, lines, along, logarithmic = false, marks = [] }: LineChartOptions): Html {
  return svgChart(title, {
    ...chartStyle,
    legend: chartLegend,
    grid: {
      left: 8,
      right: 14,
      top: (marks.length > 0 ? 44 : 30) + 18 * Math.floor((lines.length - 1) / LEGEND_COLUMNS),
      bottom: 20,
      outerBoundsMode: 'same',
      outerBoundsContain: 'all',
    },
    xAxis: {
      ...(logarithmic ? { type: 'log' as const } : { type: 'value' as const, minInterval: 1 }),
      min: 'dataMin',
      max: 'dataMax',
      name: along,
      nameLocation: 'middle',
      nameGap: 26,
      nameTextStyle: { color: INK },
      axisLabel: { color: INK, hideOverlap: true },
      axisLine: { lineStyle: { color: INK } },
      splitLine: { show: false },
    },
    yAxis: {
      type: 'value',
      scale: true,
      axisLabel: { color: INK },
      splitLine: { lineStyle: { color: GRID } },
    },
    series: lines.map(({ name, points, color, look = 'plain' }, i) => ({
      type: 'line',
      name,
      data: thin(points),
      color,
      // A line of one point would not be seen.
      showSymbol: look === 'points' || points.filter(([, y]) => Number.isFinite(y)).length === 1,
      symbolSize: 7,
      ...(look === 'faint'
        ? { lineStyle: { width: 1, opacity: FAINT }, itemStyle: { opacity: FAINT } }
        : { lineStyle: { width: 2 } }),
      ...(i === 0 && marks.length > 0 && { markLine: markLine(marks, points, logarithmic) }),
    })),
  });
}

/** Lines at the marks, with the names that there is room for. */
function markLine(marks: NonNullable<LineChartOptions['marks']>, points: Points, logarithmic: boolean) {
  const placeOf = (x = 0) => (logarithmic ? Math.log10(x) : x);
  const [first, last] = [placeOf(points[0]?.[0]), placeOf(points.at(-1)?.[0])];
  let named = -Infinity;
  const data = marks.map(({ at, name }) => {
    const hasRoom = placeOf(at) - named >= MARK_ROOM * (last - first);
    if (hasRoom) named = placeOf(at);
    return { xAxis: at, name: hasRoom ? name : '' };
  });
  return {
    silent: true,
    symbol: 'none',
    lineStyle: { color: INK, type: 'dotted', opacity: 1 },
    label: { color: INK, position: 'end', formatter: '{b}' },
    data,
  };
}
