import type { Bench } from './bench.js';
import { breach } from './breach.js';
import { differenceOf, tensorDifference, type Difference, type Snapshot } from './snapshot.js';
import {
  freePlugin,
  inTrial,
  placeOf,
  stateOf,
  trial,
  type Moment,
  type Subject,
  type TrialOptions,
} from './trial.js';

/** Who is tried, and where. */
export interface Tried<Batch, Output, Taps> extends Subject<Batch, Output, Taps> {
  readonly bench: Bench<Batch, Output, Taps>;
}

/** Of the fits that are accumulated or frozen, every so many moments: their other cuts are those of the plain fit. */
const STRIDE = 3;

/**
 * Cuts a fit at every moment, or some where it is accumulated or frozen, and goes on from there with a new subject.
 * @param whole the moments of the fit that was never cut
 * @throws UlmfitError `BREAKS_PROTOCOL` when it does not end as that one, bit for bit
 */
export async function holdResumes<Batch, Output, Taps>(
  fresh: () => Tried<Batch, Output, Taps>,
  whole: readonly Moment[],
  options: TrialOptions,
): Promise<void> {
  for (const [i, from] of whole.entries()) {
    const isPlain = !options.frozen && !options.accumulate;
    if (from.what === 'fit' || (!isPlain && i % STRIDE > 0)) continue;
    const subject = fresh();
    const rest = await trial(subject.bench, subject, { ...options, from });
    if (subject.plugin) freePlugin(subject.plugin);
    const found = firstDifference(subject, whole.slice(i + 1), rest);
    if (!found) continue;
    throw breach(
      subject.name,
      `a fit${inTrial(options)} that is resumed at ${placeOf(from)} goes another way: at ${found.place} ${found.what} is ${found.second}, without the break ${found.first}; save what is kept between steps in stateDict`,
    );
  }
}

/** Where two fits part, told by what may have caused it rather than by a weight. */
export function firstDifference<Batch, Output, Taps>(
  { plugin }: Subject<Batch, Output, Taps>,
  first: readonly Moment[],
  second: readonly Moment[],
): (Difference & { readonly place: string; readonly what: string }) | undefined {
  for (const [i, a] of first.entries()) {
    const b = second[i];
    if (!b) return { place: placeOf(a), what: 'the fit', at: '', first: 'going on', second: 'over' };
    const named = (name: string, found: Difference | undefined) =>
      found && { ...found, place: placeOf(a), what: [name, found.at].filter(Boolean).join(' ') };
    const own = (state: Snapshot) => plugin && stateOf(plugin.name, state)?.json;
    const found =
      named(
        '',
        a.what === b.what
          ? differenceOf(a.hyper, b.hyper)
          : { at: 'the event', first: a.what, second: b.what },
      ) ??
      named('its own', differenceOf(own(a.state), own(b.state))) ??
      named('', jsonDifference(timeless(a.state), timeless(b.state))) ??
      named('', tensorDifference(a.state.tensors, b.state.tensors));
    if (found) return found;
  }
  const more = second[first.length];
  return more && { place: placeOf(more), what: 'the fit', at: '', first: 'over', second: 'going on' };
}

/** Most of it is equal, and long: texts are compared faster than trees are walked. */
const jsonDifference = (first: unknown, second: unknown): Difference | undefined =>
  JSON.stringify(first) === JSON.stringify(second) ? undefined : differenceOf(first, second);

/** What of a trainer's state tells how long it took. */
interface Timed {
  readonly history: readonly object[];
  readonly fit?: object;
}

/** A trainer's state without the time that it took. */
function timeless({ json }: Snapshot): unknown {
  // The cast: a trainer has made it.
  const { history, fit, ...rest } = json as unknown as Timed;
  return {
    ...rest,
    history: history.map((record) => ({ ...record, seconds: 0 })),
    fit: fit && { ...fit, seconds: 0 },
  };
}
