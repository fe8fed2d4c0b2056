import type { TrainingPlugin } from './plugin.js';

const BEFORE = [
  'setup',
  'beforeFit',
  'afterResume',
  'beforeEpoch',
  'beforeTrain',
  'beforeBatch',
  'batch',
] as const;
const AFTER = [
  'afterBatch',
  'afterTrain',
  'beforeValidate',
  'evaluationWeights',
  'afterValidate',
  'afterEpoch',
  'save',
  'afterFit',
  'onError',
] as const;

/** The plan of a fit: a line for each event at which something runs, in order. */
export function explain<Batch, Output, Taps>(
  plugins: readonly TrainingPlugin<Batch, Output, Taps>[],
  optimizer: string,
): string {
  const lines: string[] = [];
  const line = (event: string, names: readonly string[]) => {
    if (names.length > 0) lines.push(`${event}: ${names.join(', ')}`);
  };
  const having = (key: keyof TrainingPlugin<Batch, Output, Taps>) =>
    plugins.filter((p) => p[key]).map((p) => p.name);
  const tapped = (key: 'rewrite' | 'observe') => {
    const byTap = new Map<string, string[]>();
    for (const plugin of plugins) {
      for (const tap of Object.keys(plugin[key] ?? {}))
        byTap.set(tap, [...(byTap.get(tap) ?? []), plugin.name]);
    }
    for (const [tap, names] of byTap) line(`${key} ${tap}`, names);
  };
  for (const event of BEFORE) line(event, having(event));
  lines.push(['lr = base', ...having('rate')].join(' x '));
  for (const plugin of plugins)
    line(`${plugin.name} sets`, [...new Set([...(plugin.owns ?? []), ...Object.keys(plugin.hyper ?? {})])]);
  tapped('rewrite');
  tapped('observe');
  line('loss terms', having('loss'));
  line('gradients', having('gradients'));
  line('beforeStep', having('beforeStep'));
  line('step', [optimizer]);
  line('afterStep', having('afterStep'));
  for (const event of AFTER) line(event, having(event));
  return lines.join('\n');
}
