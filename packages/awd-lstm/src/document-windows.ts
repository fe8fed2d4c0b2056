import { tensor2d, type Tensor2D } from '@tensorflow/tfjs-core';

/** Where the documents of a batch stand in it, as `ClassifierInput` tells. */
export interface DocumentPlaces {
  readonly lengths: ArrayLike<number>;
  readonly starts: ArrayLike<number>;
}

/** A window of the batch: its columns and the rows that have a token in it. */
export interface Window {
  start: number;
  end: number;
  rows: number[];
  /** Whether any of the rows is pooled over it. */
  pooled: boolean;
}

/** The most tokens that are read at once where windows may be joined: their projections then stay in the cache. */
const JOINED = 1024;

/**
 * The windows of a batch in which any document has a token.
 * @param time the columns of the batch
 */
export function windowsOf(
  { starts, lengths }: DocumentPlaces,
  time: number,
  size: number,
  maxLength: number,
): Window[] {
  const windows: Window[] = [];
  for (let start = 0; start < time; start += size) {
    const end = Math.min(start + size, time);
    const rows: number[] = [];
    let pooled = false;
    for (let row = 0; row < starts.length; row++) {
      const first = starts[row] as number;
      const stop = first + (lengths[row] as number);
      if (first >= end || stop <= start) continue;
      rows.push(row);
      pooled ||= stop - start <= maxLength;
    }
    if (rows.length > 0) windows.push({ start, end, rows, pooled });
  }
  return windows;
}

/** Windows that follow each other with the same rows, put together. */
export function joined(windows: readonly Window[]): Window[] {
  const together: Window[] = [];
  for (const window of windows) {
    const last = together.at(-1);
    const fits =
      last !== undefined &&
      last.end === window.start &&
      last.pooled === window.pooled &&
      last.rows.length === window.rows.length &&
      last.rows.every((row, i) => row === window.rows[i]) &&
      (window.end - last.start) * window.rows.length <= JOINED;
    if (fits) last.end = window.end;
    else together.push({ ...window });
  }
  return together;
}

/** Which steps of the pooled windows count for which document, and which is its last: `[time, batch]` of 0 and 1. */
export function poolingMasks(
  { starts, lengths }: DocumentPlaces,
  windows: readonly Window[],
  maxLength: number,
): { counted: Tensor2D; last: Tensor2D } {
  const batch = starts.length;
  const pooled = windows.filter((w) => w.pooled);
  const time = pooled.reduce((n, w) => n + w.end - w.start, 0);
  const counted = new Float32Array(time * batch);
  const last = new Float32Array(time * batch);
  let offset = 0;
  for (const { start, end } of pooled) {
    for (let column = start; column < end; column++, offset += batch) {
      for (let row = 0; row < batch; row++) {
        const first = starts[row] as number;
        const stop = first + (lengths[row] as number);
        if (column < first || column >= stop || stop - start > maxLength) continue;
        counted[offset + row] = 1;
        if (column === stop - 1) last[offset + row] = 1;
      }
    }
  }
  return { counted: tensor2d(counted, [time, batch]), last: tensor2d(last, [time, batch]) };
}
