import { LineChart } from 'echarts/charts';
import { GridComponent, LegendComponent, MarkLineComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import type { Summary } from './point.js';

use([LineChart, GridComponent, LegendComponent, MarkLineComponent, SVGRenderer]);

/** A published figure, drawn across the chart. */
export interface Published {
  readonly name: string;
  /** The share of test texts that are wrong. */
  readonly error: number;
}

/** Of the ULMFiT paper (Howard and Ruder 2018, table 2 and section 5), all 25,000 labels. */
export const paperOnImdb: readonly Published[] = [
  { name: 'the paper, one direction', error: 0.053 },
  { name: 'the paper, both directions', error: 0.046 },
];

export type Theme = 'light' | 'dark';

const themes = {
  light: {
    ink: '#3c434b',
    grid: '#d9dde2',
    paper: '#ffffff',
    colors: ['#0b6bcb', '#b4491f', '#2b7a3d', '#7b3fb3'],
  },
  dark: {
    ink: '#c6ccd4',
    grid: '#3a4048',
    paper: '#15181c',
    colors: ['#6cb2ff', '#ff9d73', '#7fd493', '#c8a0f5'],
  },
} as const;

const [WIDTH, HEIGHT] = [760, 440];

/** The share of wrong texts by the number of labels, both axes of powers, as an SVG drawing. */
export function curveChart(
  title: string,
  summaries: readonly Summary[],
  { theme, published }: { readonly theme: Theme; readonly published: readonly Published[] },
): string {
  const { ink, grid, paper, colors } = themes[theme];
  const lines = [...new Set(summaries.map(({ line }) => line))];
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height: HEIGHT });
  const axis = {
    nameTextStyle: { color: ink },
    axisLabel: { color: ink },
    axisLine: { lineStyle: { color: ink } },
  };
  try {
    chart.setOption({
      animation: false,
      backgroundColor: paper,
      color: [...colors],
      textStyle: { fontFamily: 'system-ui, sans-serif' },
      legend: { top: 10, textStyle: { color: ink }, itemWidth: 18, itemGap: 22 },
      grid: { left: 64, right: 28, top: 52, bottom: 52 },
      xAxis: {
        ...axis,
        type: 'log',
        name: 'labelled texts',
        nameLocation: 'middle',
        nameGap: 32,
        splitLine: { show: false },
      },
      yAxis: {
        ...axis,
        type: 'value',
        min: 0,
        name: 'wrong, %',
        nameLocation: 'middle',
        nameGap: 40,
        splitLine: { lineStyle: { color: grid } },
      },
      series: [
        ...lines.map((name) => ({
          type: 'line' as const,
          name,
          symbol: 'circle',
          symbolSize: 7,
          data: summaries
            .filter(({ line }) => line === name)
            .map(({ labels, mean }) => [labels, 100 * (1 - mean)]),
        })),
        ...(published.length === 0
          ? []
          : [
              {
                type: 'line' as const,
                data: [],
                markLine: {
                  silent: true,
                  symbol: 'none',
                  lineStyle: { color: ink, type: 'dashed' as const },
                  label: { color: ink, formatter: '{b}' },
                  data: published.map(({ name, error }, i) => ({
                    name: `${name}, ${(100 * error).toFixed(1)} %`,
                    yAxis: 100 * error,
                    // Lines that are near each other have their names on both sides.
                    label: {
                      position: i % 2 === 0 ? ('insideStartTop' as const) : ('insideStartBottom' as const),
                    },
                  })),
                },
              },
            ]),
      ],
    });
    return chart.renderToSVGString().replace('<svg', `<svg role="img" aria-label="${title}"`);
  } finally {
    // Else its timer keeps the process.
    chart.dispose();
  }
}
