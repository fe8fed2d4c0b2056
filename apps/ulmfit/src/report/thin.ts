import type { Points } from './points.js';

/** At most about so many points, with every peak: of each stretch the lowest and the highest. A gap stays where a stretch has nothing. */
export function thin(points: Points, most = 1000): Points {
  if (points.length <= most) return points;
  const size = Math.ceil((2 * points.length) / most);
  return Array.from({ length: Math.ceil(points.length / size) }, (_, i) =>
    extremes(points.slice(i * size, (i + 1) * size)),
  ).flat();
}

/** The lowest and the highest in their order; the first where there is no number. */
function extremes(points: Points): Points {
  const finite = points.filter(([, value]) => Number.isFinite(value));
  const [first] = finite;
  if (!first) return points.slice(0, 1);
  const low = finite.reduce((a, b) => (b[1] < a[1] ? b : a), first);
  const high = finite.reduce((a, b) => (b[1] > a[1] ? b : a), first);
  if (low === high) return [low];
  return low[0] < high[0] ? [low, high] : [high, low];
}
