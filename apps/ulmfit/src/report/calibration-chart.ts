import { LineChart } from 'echarts/charts';
import { GridComponent, LegendComponent } from 'echarts/components';
import { use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import type { JudgedMember } from '../evaluation-figures.js';
import type { Html } from './html.js';
import { chartLegend, chartStyle, GRID, INK, svgChart } from './svg-chart.js';

use([LineChart, GridComponent, LegendComponent, SVGRenderer]);

const COLORS = { linear: '#f97316', neural: '#3b82f6', blend: '#10a37f' } as const;
const PERFECT = 'perfect';
const SIZE = { width: 460, height: 330 };

/** How often predictions of each probability are right, a line for each classifier; bigger points have more predictions. */
export function calibrationChart(title: string, members: readonly JudgedMember[]): Html {
  const axis = (name: string, nameGap: number) => ({
    ...{ type: 'value', min: 0, max: 1, name, nameLocation: 'middle', nameGap },
    nameTextStyle: { color: INK },
    axisLabel: { color: INK },
    axisLine: { lineStyle: { color: INK } },
    splitLine: { lineStyle: { color: GRID } },
  });
  return svgChart(
    title,
    {
      ...chartStyle,
      legend: chartLegend,
      grid: { left: 52, right: 18, top: 34, bottom: 44 },
      xAxis: axis('predicted probability', 28),
      yAxis: axis('share that is right', 36),
      series: [
        {
          ...{ type: 'line', name: PERFECT, color: INK, showSymbol: false },
          lineStyle: { type: 'dotted', width: 1.5 },
          data: [
            [0, 0],
            [1, 1],
          ],
        },
        ...members.map(({ kind, judgement }) => {
          const bins = judgement.calibration.bins.filter(({ count }) => count > 0);
          const most = Math.max(...bins.map(({ count }) => count));
          return {
            ...{ type: 'line', name: kind, color: COLORS[kind], symbol: 'circle' },
            lineStyle: { width: 1.5, opacity: 0.6 },
            // The area tells the number.
            symbolSize: (value: unknown) =>
              Array.isArray(value) ? 4 + 12 * Math.sqrt(Number(value[2]) / most) : 4,
            data: bins.map(({ confidence, accuracy, count }) => [confidence, accuracy, count]),
          };
        }),
      ],
    },
    SIZE,
  );
}
