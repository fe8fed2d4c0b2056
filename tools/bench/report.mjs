import { table } from './table.mjs';

const number = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/**
 * Everything that was measured, as text.
 * @param {import('./figures.mjs').Result} result
 */
export function formatResult({ machine, engine, peer, products, text, figures, skipped, targets, seconds }) {
  const sets = machine.instructionSets.join(', ');
  return [
    `${machine.processor}, ${machine.cores} cores (${sets}), Node ${machine.node}`,
    `${engine.backend} ${engine.version}, ${engine.threads} threads, default precision ${engine.defaultPrecision}`,
    ...Object.entries(products).map(
      ([precision, { best, median }]) =>
        `best matrix product in ${precision}: ${number.format(best)} GFLOP/s, ${number.format(median)} in the median`,
    ),
    ...(text ? [`tokenized: ${text.documents} ${text.invented ? 'invented' : 'real'} reviews`] : []),
    '',
    formatFigures(figures),
    ...figures.flatMap(formatLengths),
    ...skipped.map(({ row, size, precision, reason }) => `skipped: ${row} ${size} ${precision}. ${reason}`),
    '',
    formatTargets(targets),
    ...(peer ? [] : ['The ratios need fastai beside it: --peer PYTHON.']),
    '',
    `${seconds} s`,
  ].join('\n');
}

/**
 * The table of what was measured.
 * @param {readonly import('./figures.mjs').Figures[]} figures
 */
function formatFigures(figures) {
  const withPeer = figures.some(({ peer }) => peer !== undefined);
  const head = ['row', 'size', 'precision', 'tokens/s', 'ms', 'GFLOP/s', 'share', 'peak MB'];
  return table(
    [...head, ...(withPeer ? ['fastai tokens/s', 'fastai peak MB', 'ratio'] : [])],
    figures.map((f) => [
      f.row,
      f.size ?? '',
      f.precision ?? '',
      number.format(f.tokensPerSecond),
      f.milliseconds.toFixed(f.milliseconds < 100 ? 1 : 0),
      f.gflops === undefined ? '' : number.format(f.gflops),
      f.share === undefined ? '' : `${(f.share * 100).toFixed(0)} %`,
      number.format(f.peakMegabytes),
      ...(withPeer ? peerCells(f) : []),
    ]),
    3,
  );
}

/** @param {import('./figures.mjs').Figures} figures */
function peerCells({ tokensPerSecond, peer }) {
  if (peer === undefined) return ['', '', ''];
  return [
    number.format(peer.tokensPerSecond),
    number.format(peer.peakMegabytes),
    `${(tokensPerSecond / peer.tokensPerSecond).toFixed(2)} x`,
  ];
}

/** @param {import('./figures.mjs').Figures} figures */
function formatLengths({ row, size, precision, lengths }) {
  if (lengths === undefined) return [];
  const each = lengths.map(({ tokens, milliseconds }) => `${tokens} tokens ${milliseconds.toFixed(1)} ms`);
  return [`${row} ${size} ${precision}: ${each.join(', ')}`];
}

/**
 * The targets beside what was reached.
 * @param {readonly import('./targets.mjs').Target[]} targets
 */
function formatTargets(targets) {
  return table(
    ['work', 'verdict', 'wanted', 'measured'],
    targets.map(({ work, wanted, bound, unit, value, verdict }) => [
      work,
      verdict,
      `${bound} ${wanted} ${unit}`,
      value === undefined ? '' : `${value.toFixed(unit === 'x' ? 2 : 1)} ${unit}`,
    ]),
    2,
  );
}
