/** Where a token stands in its text: `text.slice(start, end)`, in UTF-16 code units. */
export interface TokenSpan {
  readonly start: number;
  readonly end: number;
}

/**
 * Finds where in a text each of its tokens comes from, whatever tokenizer has made them: tokens and text are aligned by their
 * characters, without case, accents' composition and white space.
 *
 * Spans ascend and don't overlap. A mark such as `xxmaj` or `xxbos` has an empty one, before the token that it marks; so have the mark
 * and the count of a repetition, whose character or word has all repetitions. A token that looks nothing like the text, such as the line
 * end that `<br />` becomes, has what stands between its neighbours.
 *
 * Takes linear time, and memory of some 30 bytes a character.
 * @example
 * const text = 'Soooo GOOD';
 * const tokens = fastaiTokenizer().tokenize(text); // xxbos xxmaj s xxrep 4 o xxup good
 * tokenSpans(text, tokens).map(({ start, end }) => text.slice(start, end)); // '' '' 'S' '' '' 'oooo' '' 'GOOD'
 */
export function tokenSpans(text: string, tokens: readonly string[]): TokenSpan[] {
  const written = unitsOfText(text);
  const expected = unitsOfTokens(tokens, written.units.length);
  const places = align(expected, written.units);
  const spans = new Array<TokenSpan | undefined>(tokens.length);
  let end = 0;
  for (let k = 0; k < places.length; k++) {
    const place = places[k] as number;
    if (place < 0) continue;
    const token = expected.tokens[k] as number;
    const start = spans[token]?.start ?? Math.max(end, written.starts[place] as number);
    end = Math.max(start, written.ends[place] as number);
    spans[token] = { start, end };
  }
  return withGaps(text, spans, expected.looks);
}

/** Marks that stand for nothing in the text. Others, such as `xxfld`, may be written there. */
const MARKS = new Set(['xxbos', 'xxeos', 'xxpad', 'xxmaj', 'xxup', 'xxrep', 'xxwrep']);
const WHITE = /[\s\x1c-\x1f\x85▁]/gu;

/** How characters are compared. */
const folded = (text: string): string => text.toLowerCase().normalize('NFD').replace(/ς/g, 'σ');

interface TextUnits {
  readonly units: readonly string[];
  /** Where the character of each unit begins in the text, and where it ends. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

function unitsOfText(text: string): TextUnits {
  const units: string[] = [];
  const starts: number[] = [];
  const ends: number[] = [];
  let at = 0;
  for (const character of text) {
    const next = at + character.length;
    for (const unit of folded(character).replace(WHITE, '')) {
      units.push(unit);
      starts.push(at);
      ends.push(next);
    }
    at = next;
  }
  return { units, starts: Int32Array.from(starts), ends: Int32Array.from(ends) };
}

/** What a token is, where nothing of it is found in the text. */
type Look = 'mark' | 'white' | 'other';

interface TokenUnits {
  readonly units: readonly string[];
  /** The token of each unit. */
  readonly tokens: readonly number[];
  readonly looks: readonly Look[];
}

/** What the tokens should look like in the text. Of repetitions no more than the text has room for. */
function unitsOfTokens(tokens: readonly string[], room: number): TokenUnits {
  const units: string[] = [];
  const owners: number[] = [];
  const looks: Look[] = [];
  /** How often the next token stands there, once its count is read. */
  let repeats = 1;
  let isCount = false;
  tokens.forEach((token, i) => {
    const count = isCount && /^\d{1,9}$/.test(token) ? Number(token) : undefined;
    if (MARKS.has(token) || count !== undefined) {
      looks.push('mark');
      repeats = count ?? 1;
      isCount = token === 'xxrep' || token === 'xxwrep';
      return;
    }
    isCount = false;
    const own = [...folded(token).replace(WHITE, '')];
    looks.push(own.length > 0 ? 'other' : 'white');
    // Repetitions are put down while there is room for all of the text; the token itself always.
    for (let r = 0; r < repeats && (r === 0 || units.length + own.length <= room); r++) {
      for (const unit of own) {
        units.push(unit);
        owners.push(i);
      }
    }
    repeats = 1;
  });
  return { units, tokens: owners, looks };
}

/** Units that are compared at once where tokens and text differ, and how many of the tokens' are settled by that. */
const WINDOW = { tokens: 128, text: 256, settled: 64 };
/** How far back to look where they begin to differ: what agreed by chance shortly before is settled again. */
const BACK = 32;
/** How far to look for a token where nothing in the window agrees. */
const AHEAD = 4096;

/** The place in the text of each of the tokens' units, ascending; -1 where there is none. */
function align({ units, tokens }: TokenUnits, text: readonly string[]): Int32Array {
  const places = new Int32Array(units.length).fill(-1);
  const table = new AlignmentTable(WINDOW.tokens, WINDOW.text);
  let at = 0;
  let next = 0;
  /** No unit before this is settled again, so that all ends. */
  let settled = 0;
  while (at < units.length && next < text.length) {
    if (units[at] === text[next]) {
      places[at++] = next++;
      continue;
    }
    const from = Math.max(settled, at - BACK);
    const begin = from < at ? (places[from] as number) : next;
    // What was settled by chance: its place may be unknown, and then it stays.
    const [first, start] = begin < 0 ? [at, next] : [from, begin];
    const isLast = units.length - first <= WINDOW.tokens;
    const found = table.align(
      units.slice(first, first + WINDOW.tokens),
      text.slice(start, start + WINDOW.text),
    );
    const end = isLast ? units.length : Math.max(at + 1, first + WINDOW.settled);
    let last = -1;
    for (let k = first; k < end; k++) {
      const place = found[k - first] as number;
      places[k] = place < 0 ? -1 : start + place;
      if (place >= 0) last = start + place;
    }
    if (last >= 0) {
      [at, next] = [end, last + 1];
    } else {
      // Nothing agrees: much of the text may have no token, or the token no place.
      const owner = tokens[at];
      let after = at;
      while (after < units.length && tokens[after] === owner) after++;
      const ahead = placeOf(units.slice(at, after), text, next);
      if (ahead >= 0) next = ahead;
      else at = after;
    }
    settled = at;
  }
  return places;
}

/** Where units follow each other in the text, or -1. */
function placeOf(units: readonly string[], text: readonly string[], from: number): number {
  const last = Math.min(text.length - units.length, from + AHEAD);
  for (let at = from; at <= last; at++) if (units.every((unit, k) => text[at + k] === unit)) return at;
  return -1;
}

/** The best alignment of two short sequences: what agrees counts 1, and 3 right after a pair that agrees. */
class AlignmentTable {
  readonly #width: number;
  /** The best of alignments that end with this pair, and of all up to it. */
  readonly #paired: Int32Array;
  readonly #best: Int32Array;

  constructor(rows: number, columns: number) {
    this.#width = columns + 1;
    this.#paired = new Int32Array((rows + 1) * this.#width);
    this.#best = new Int32Array((rows + 1) * this.#width);
  }

  /** The place in `b` of each of `a`, or -1. */
  align(a: readonly string[], b: readonly string[]): number[] {
    const [paired, best, width] = [this.#paired, this.#best, this.#width];
    for (let i = 1; i <= a.length; i++) {
      for (let j = 1; j <= b.length; j++) {
        const here = i * width + j;
        const before = here - width - 1;
        const after = paired[before] as number;
        const pair =
          a[i - 1] === b[j - 1] ? Math.max(after > 0 ? after + 3 : 0, (best[before] as number) + 1) : 0;
        paired[here] = pair;
        best[here] = Math.max(pair, best[here - width] as number, best[here - 1] as number);
      }
    }
    const places = new Array<number>(a.length).fill(-1);
    let [i, j, isPaired] = [a.length, b.length, false];
    while (i > 0 && j > 0) {
      const here = i * width + j;
      if (!isPaired && best[here] === best[here - width]) i--;
      else if (!isPaired && best[here] === best[here - 1]) j--;
      else {
        places[i - 1] = j - 1;
        const after = paired[here - width - 1] as number;
        isPaired = after > 0 && paired[here] === after + 3;
        i--;
        j--;
      }
    }
    return places;
  }
}

/** Gives tokens without a place what stands between their neighbours: the first of several that are no marks. */
function withGaps(
  text: string,
  found: readonly (TokenSpan | undefined)[],
  looks: readonly Look[],
): TokenSpan[] {
  const spans: TokenSpan[] = [];
  let before = 0;
  for (let i = 0; i < found.length;) {
    const own = found[i];
    if (own) {
      spans.push(own);
      before = own.end;
      i++;
      continue;
    }
    let after = i;
    while (after < found.length && !found[after]) after++;
    const end = found[after]?.start ?? text.length;
    const gapOf = (look: Look | undefined) =>
      look === 'white' ? { start: before, end } : trimmed(text, before, end);
    let taker = i;
    while (taker < after && (looks[taker] === 'mark' || isEmpty(gapOf(looks[taker])))) taker++;
    const gap = taker < after ? gapOf(looks[taker]) : { start: end, end };
    for (; i < after; i++) {
      const place = i < taker ? gap.start : end;
      spans.push(i === taker ? gap : { start: place, end: place });
    }
    before = end;
  }
  return spans;
}

const isEmpty = ({ start, end }: TokenSpan): boolean => start >= end;

function trimmed(text: string, start: number, end: number): TokenSpan {
  const gap = text.slice(start, end);
  const from = start + (gap.length - gap.trimStart().length);
  return { start: from, end: Math.max(from, from + gap.trim().length) };
}
