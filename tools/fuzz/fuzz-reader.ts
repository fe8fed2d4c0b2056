import fc from 'fast-check';
import { corrupt, generator } from '../../packages/files/src/mutate.test-helper.js';
import type { FuzzedReader } from './reader.js';

/** What a reader may take for a file: a second for each megabyte, and memory by the formula of {@link memoryBound}. */
const millisecondsPerMegabyte = 1000;
const MEGABYTE = 2 ** 20;

/** All hostile inputs have lower numbers. */
export const firstOfMany = 100;

/** The bytes that reading a file may allocate: 96 MB, and 96 for each byte of the file. */
const memoryBound = (bytes: number): number => 96 * (MEGABYTE + bytes);

export interface FuzzOptions {
  readonly seed: number;
  /** The numbers of the inputs: the same number and seed give the same input. */
  readonly from: number;
  readonly to: number;
}

export interface FuzzResult {
  readonly inputs: number;
  readonly accepted: number;
  /** How many were refused, by the error's code. */
  readonly refused: Readonly<Record<string, number>>;
  /** Milliseconds for a megabyte, of which a smaller file counts as one. */
  readonly slowest: number;
  /** Megabytes that reading one file has allocated. */
  readonly mostMemory: number;
  /** What should not have happened, with the number of its input. */
  readonly failures: readonly string[];
}

/** Reads inputs of every kind and watches time, memory and errors. */
export async function fuzzReader(reader: FuzzedReader, options: FuzzOptions): Promise<FuzzResult> {
  const refused: Record<string, number> = {};
  const failures: string[] = [];
  let [accepted, slowest, mostMemory] = [0, 0, 0];
  const globals = globalNames();
  const inputs = inputsOf(reader, options.seed);
  for (let number = options.from; number < options.to; number++) {
    const bytes = inputs(number);
    const fail = (what: string) =>
      failures.push(`${reader.name} input ${number}, ${bytes.length} bytes: ${what}`);
    const before = memoryInUse();
    const [start, startCpu] = [performance.now(), process.cpuUsage()];
    try {
      await reader.read(bytes);
      accepted++;
    } catch (error) {
      const code = codeOf(error);
      if (code === undefined) fail(error instanceof Error ? (error.stack ?? error.message) : String(error));
      else refused[code] = (refused[code] ?? 0) + 1;
      const { message } = error as Error;
      if (code !== undefined && /[\r\n]/.test(message))
        fail(`a message of several lines: ${JSON.stringify(message.slice(0, 200))}`);
      if (code !== undefined && message.length > 1000) fail(`a message of ${message.length} characters`);
    }
    const spent = performance.now() - start;
    const { user, system } = process.cpuUsage(startCpu);
    // Where others share the core, the clock runs on: then the processor's time counts.
    const milliseconds = Math.min(spent, (user + system) / 1000) / Math.max(1, bytes.length / MEGABYTE);
    // Garbage collected meanwhile hides some of it: over thousands of inputs the largest is seen all the same.
    const memory = memoryInUse() - before;
    if (milliseconds > millisecondsPerMegabyte) fail(`${Math.round(milliseconds)} ms a megabyte`);
    if (memory > memoryBound(bytes.length)) fail(`allocates ${Math.round(memory / MEGABYTE)} MB`);
    slowest = Math.max(slowest, milliseconds);
    mostMemory = Math.max(mostMemory, memory);
    if (failures.length >= 20) break;
  }
  if (globalNames() !== globals) failures.push(`${reader.name}: a file has changed what is global`);
  return {
    inputs: options.to - options.from,
    accepted,
    refused,
    slowest,
    mostMemory: mostMemory / MEGABYTE,
    failures,
  };
}

/** The input of each number: the hostile ones first, then spoilt samples and chance files in turn. */
function inputsOf(
  { samples, hostile, arbitrary }: FuzzedReader,
  seed: number,
): (number: number) => Uint8Array {
  const batch = 200;
  let chances: { first: number; files: Uint8Array[] } | undefined;
  const chance = (number: number): Uint8Array => {
    const first = number - (number % batch);
    if (chances?.first !== first) {
      const numbers = { seed: (seed * 1_000_003 + first) | 0, numRuns: batch };
      chances = { first, files: fc.sample(arbitrary, numbers) };
    }
    return chances.files[number - first] as Uint8Array;
  };
  let special: readonly Uint8Array[] | undefined;
  return (number) => {
    // Making them takes a while: only where they are asked for.
    if (number < firstOfMany) special ??= hostile();
    const made = special?.[number];
    if (made) return made;
    const random = generator(seed * 0x9e3779b1 + number);
    const spoil = random(2 ** 31);
    if (number % 2 === 0) return corrupt(samples[random(samples.length)] as Uint8Array, spoil);
    const file = chance(number);
    return random(4) === 0 ? corrupt(file, spoil) : file;
  };
}

/** The code of an error that a user may see; nothing for any other. */
function codeOf(error: unknown): string | undefined {
  return error instanceof Error &&
    error.name === 'UlmfitError' &&
    'code' in error &&
    typeof error.code === 'string'
    ? error.code
    : undefined;
}

function memoryInUse(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** What a file that pollutes prototypes or runs code would change. */
function globalNames(): string {
  return [globalThis, Object.prototype, Array.prototype, Map.prototype, Function.prototype]
    .map((object) => Object.getOwnPropertyNames(object).join())
    .join(';');
}
