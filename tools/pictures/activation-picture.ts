import '@tensorflow/tfjs-backend-cpu';
import { tensor3d, tidy } from '@tensorflow/tfjs-core';
import { meanSquare, meanSquareOfChanges, randomKey, uniformValues } from '@ulmfit/kernels';
import { colour } from './palette.js';
import { element, svg, text } from './svg.js';

const [STEPS, LEFT, STEP, SCALE, MIDDLE] = [24, 40, 19, 66, 92];

/** One feature over time: what AR and TAR are means of. Made-up numbers, the real terms. */
export function activationPicture(): string {
  const drawn = uniformValues(STEPS, -1, 1, randomKey({ seed: 4, stream: 'feature' }));
  let last = 0.2;
  const values = Array.from(drawn, (x) => (last = 0.72 * last + 0.55 * x));
  const [ar = 0, tar = 0] = tidy(() => {
    const feature = tensor3d(values, [STEPS, 1, 1]);
    return [meanSquare(feature, 2), meanSquareOfChanges(feature, 1)].map((term) => term.dataSync()[0] ?? 0);
  });
  const at = (i: number): [number, number] => [LEFT + i * STEP, MIDDLE - (values[i] ?? 0) * SCALE];
  const stems = values.map((_, i) => `M${at(i)[0].toFixed(1)} ${String(MIDDLE)}V${at(i)[1].toFixed(1)}`);
  const jumps = values.slice(1).map((_, i) => {
    const [from, to] = [at(i), at(i + 1)];
    return `M${from.map((x) => x.toFixed(1)).join(' ')}H${to[0].toFixed(1)}V${to[1].toFixed(1)}`;
  });
  const legend = 182;
  return svg(
    'One feature over time: AR is the mean square of its distance from zero, TAR that of its jumps',
    { width: 508, height: 212 },
    element('path', { d: `M${String(LEFT - 12)} ${String(MIDDLE)}H496`, stroke: colour('line') }),
    element('path', {
      d: stems.join(''),
      stroke: colour('green'),
      'stroke-width': 5,
      'stroke-opacity': 0.55,
    }),
    element('path', { d: jumps.join(''), stroke: colour('orange'), 'stroke-width': 2, fill: 'none' }),
    ...values.map((_, i) => element('circle', { cx: at(i)[0], cy: at(i)[1], r: 3.5, fill: colour('ink') })),
    text(14, MIDDLE, '0', { color: 'soft' }),
    element('rect', {
      x: LEFT - 4,
      y: legend - 3,
      width: 16,
      height: 6,
      fill: colour('green'),
      'fill-opacity': 0.55,
    }),
    text(LEFT + 20, legend, `distance from zero: ar = ${ar.toFixed(3)}`),
    element('rect', { x: 270, y: legend - 1.5, width: 16, height: 3, fill: colour('orange') }),
    text(294, legend, `jumps: tar = ${tar.toFixed(3)}`),
  );
}
