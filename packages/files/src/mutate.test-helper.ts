/** A whole number from 0 to below `below`. */
export type Random = (below: number) => number;

/** A small generator of its own, so that a failing case has a number (mulberry32). */
export function generator(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

const extremes = [0n, 1n, 0x7fn, 0xffn, 0x7fffffffn, 0xffffffffn, 2n ** 53n, 2n ** 63n - 1n, 2n ** 64n - 1n];

/** One of many ways to spoil a file: changed, cut, doubled and foreign bytes. */
export function corrupt(bytes: Uint8Array, seed: number): Uint8Array {
  const random = generator(seed);
  // Headers are where readers are led astray: half of the changes go to the first or last 1 KiB.
  const place = () => {
    const near = Math.min(1024, bytes.length);
    return (
      [random(near), bytes.length - 1 - random(near), random(bytes.length), random(bytes.length)][
        random(4)
      ] ?? 0
    );
  };
  let out = new Uint8Array(bytes) as Uint8Array; // a Buffer's own slice would share its bytes
  for (let n = 1 + random(4); n > 0; n--) {
    const at = Math.min(place(), Math.max(0, out.length - 1));
    switch (random(6)) {
      case 0:
        out[at] = (out[at] ?? 0) ^ (1 << random(8));
        break;
      case 1:
        out[at] = random(256);
        break;
      case 2:
        out = out.slice(0, at);
        break;
      case 3: {
        const extreme = extremes[random(extremes.length)] ?? 0n;
        const width = [2, 4, 8][random(3)] ?? 8;
        for (let i = 0; i < width && at + i < out.length; i++)
          out[at + i] = Number((extreme >> BigInt(8 * i)) & 0xffn);
        break;
      }
      case 4:
        out = joined(out.subarray(0, at), out.subarray(random(at + 1), at + random(64)), out.subarray(at));
        break;
      default:
        out = joined(
          out.subarray(0, at),
          Uint8Array.from({ length: 1 + random(9) }, () => random(256)),
          out.subarray(at),
        );
    }
  }
  return out;
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** The same bytes again and again. */
export function repeated(part: Uint8Array, times: number): Uint8Array {
  const out = new Uint8Array(part.length * times);
  for (let n = 0; n < times; n++) out.set(part, n * part.length);
  return out;
}

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
