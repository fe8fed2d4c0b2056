import type { EpochMetrics, RunMetrics, StepMetrics } from '@ulmfit/pipeline';
import { html, type Html } from './html.js';
import { lineChart, type Line } from './line-chart.js';
import { smooth } from './smooth.js';

const BLUE = '#3b82f6';
const ORANGE = '#f97316';
const GREEN = '#10a37f';
const COLORS = [BLUE, ORANGE, GREEN, '#a855f7', '#e11d48'];

const VALID = 'valid/';
/** Of the validation figures those that don't lie between 0 and 1: the loss has a chart of its own. */
const NOT_SHARES: ReadonlySet<string> = new Set(['valid/loss', 'valid/perplexity']);

/** The name of a line of `metrics.jsonl` without its fit: `classify.2-all` is of `classify`. */
export const stageOf = ({ fit }: RunMetrics): string => fit.split('.', 1)[0] ?? fit;

/** Loss, learning rate, gradients and terms of a stage, over the steps of all its fits one after the other. */
export function stageCharts(metrics: readonly RunMetrics[]): Html[] {
  const fits = fitsOf(metrics);
  const place = ({ fit, step }: RunMetrics) => (fits.find(({ name }) => name === fit)?.begin ?? 0) + step;
  const steps = metrics.filter((line): line is StepMetrics => line.type === 'step');
  const epochs = metrics.filter((line): line is EpochMetrics => line.type === 'epoch');
  const alongSteps = (name: string) => steps.map((line) => [place(line), line.values[name] ?? NaN] as const);
  const marks =
    fits.length > 1 ? fits.map(({ name, begin }) => ({ at: begin + 1, name: shortName(name) })) : [];
  const draw = (title: string, lines: readonly Line[]): Html[] => {
    const drawn = lines.filter(({ points }) => points.some(([, y]) => Number.isFinite(y)));
    if (drawn.length === 0) return [];
    const chart = lineChart({ title, lines: drawn, along: 'step', marks });
    return [
      html`<figure>
        <figcaption>${title}</figcaption>
        ${chart}
      </figure>`,
    ];
  };
  const loss = alongSteps('loss');
  const valid = epochs.map((line) => [place(line), line.values['valid/loss'] ?? NaN] as const);
  const validated = [...new Set(epochs.flatMap(({ values }) => Object.keys(values)))].filter(
    (name) => name.startsWith(VALID) && !NOT_SHARES.has(name),
  );
  const norm = alongSteps('gradNorm');
  const terms = [...new Set(steps.flatMap(({ values }) => Object.keys(values)))].filter(
    (name) => name !== 'loss' && name !== 'gradNorm',
  );
  return [
    ...draw('Loss', [
      { name: 'each step', points: loss, color: BLUE, look: 'faint' },
      { name: 'smoothed', points: smooth(loss), color: BLUE },
      { name: 'validation', points: valid, color: ORANGE, look: 'points' },
    ]),
    ...draw(
      'Metrics on the validation set',
      validated.map((name, i) => ({
        name: name.slice(VALID.length),
        points: epochs.map((line) => [place(line), line.values[name] ?? NaN] as const),
        color: COLORS[i % COLORS.length] ?? BLUE,
        look: 'points' as const,
      })),
    ),
    ...draw('Learning rate of the top group', [
      { name: 'learning rate', points: steps.map((line) => [place(line), line.lr] as const), color: BLUE },
    ]),
    ...draw('Norm of the gradients, before clipping', [
      { name: 'each step', points: norm, color: BLUE, look: 'faint' },
      { name: 'smoothed', points: smooth(norm), color: BLUE },
    ]),
    ...draw(
      'Terms added to the loss',
      terms.map((name, i) => ({
        name,
        points: smooth(alongSteps(name)),
        color: COLORS[i % COLORS.length] ?? BLUE,
      })),
    ),
  ];
}

/** The fits in the order in which they ran, and the steps before each. */
function fitsOf(metrics: readonly RunMetrics[]): { name: string; begin: number }[] {
  const last = new Map<string, number>();
  for (const { fit, step } of metrics) last.set(fit, Math.max(last.get(fit) ?? 0, step));
  let begin = 0;
  return [...last].map(([name, steps]) => {
    const fit = { name, begin };
    begin += steps;
    return fit;
  });
}

/** `classify.2-all` is `all` within its stage. */
const shortName = (fit: string) => fit.replace(/^[^.]*\.(\d+-)?/, '');
