/** The memory of a module's instance. */
export interface ModuleMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/** The sizes of a layer and of what it reads. */
export interface LstmSizes {
  readonly time: number;
  readonly batch: number;
  readonly inputs: number;
  readonly units: number;
}

/** Units of a block, and columns of one: four gates of each. */
export const BLOCK = 8;
export const COLUMNS = 4 * BLOCK;
const PAGE = 65_536;
/** Numbers of a stretch of time steps' gates: they stay in the second cache, and the memory small. */
const STRETCH = 2 ** 19;

export const blocksOf = (units: number): number => Math.ceil(units / BLOCK);

/** How many numbers a row of gates takes. */
export const gateColumns = (units: number): number => blocksOf(units) * COLUMNS;

/** Where a row of the weights, `gate * units + unit`, stands in a row of gates. */
export function columnOf(row: number, units: number): number {
  const [gate, unit] = [Math.floor(row / units), row % units];
  return Math.floor(unit / BLOCK) * COLUMNS + gate * BLOCK + (unit % BLOCK);
}

/** Steps that are taken at once. */
export const stretch = ({ time, batch, units }: Pick<LstmSizes, 'time' | 'batch' | 'units'>): number =>
  Math.min(time, Math.max(1, Math.floor(STRETCH / (batch * gateColumns(units)))));

/** The numbers of a memory, this many at least. */
export function numbersOf(memory: ModuleMemory, count: number): Float32Array {
  const missing = count * 4 - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
  return new Float32Array(memory.buffer);
}

/** Where numbers stand one after the other, each at a line of the cache. */
export function placed<Name extends string>(
  counts: Readonly<Record<Name, number>>,
  from = 0,
): Record<Name | 'end', number> {
  let end = from;
  const places: Record<string, number> = {};
  for (const [name, count] of Object.entries<number>(counts)) {
    places[name] = end;
    end += Math.ceil(count / 16) * 16;
  }
  // The cast: these are the names.
  return { ...places, end } as Record<Name | 'end', number>;
}

interface RowSizes {
  readonly units: number;
  /** How many numbers a row takes in the memory. */
  readonly padded: number;
}

/** Rows from `first` on to the memory, `count` of them. What fills a row up stays as it is: 0. */
export function copyIn(
  memory: Float32Array,
  at: number,
  from: Float32Array,
  first: number,
  count: number,
  { units, padded }: RowSizes,
): void {
  if (units === padded) return memory.set(from.subarray(first * units, (first + count) * units), at);
  for (let row = 0; row < count; row++)
    memory.set(from.subarray((first + row) * units, (first + row + 1) * units), at + row * padded);
}

/** Rows of the memory to those from `first` on. */
export function copyOut(
  memory: Float32Array,
  at: number,
  to: Float32Array,
  first: number,
  count: number,
  { units, padded }: RowSizes,
): void {
  if (units === padded) return to.set(memory.subarray(at, at + count * units), first * units);
  for (let row = 0; row < count; row++)
    to.set(memory.subarray(at + row * padded, at + row * padded + units), (first + row) * units);
}
