import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tensor, type Tensor } from '@tensorflow/tfjs-core';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** The folder of data shared beside the repository, where there is one. */
export const sharedFolder = resolve(process.env['ULMFIT_SHARED'] ?? join(root, '..', 'shared'));

/** The folder of golden numbers from fastai and PyTorch. */
export const parityFolder = resolve(process.env['ULMFIT_PARITY_DIR'] ?? join(sharedFolder, 'parity'));

/** Why a parity test is skipped, or false where its files are there. */
export function parityMissing(...names: string[]): string | false {
  const missing = names.find((name) => !existsSync(join(parityFolder, name)));
  return missing === undefined ? false : `skipped: no ${missing} in ${parityFolder} (set ULMFIT_PARITY_DIR)`;
}

export interface Golden<Meta> {
  meta: Meta;
  /** Float and int tensors by their name in the file; 64-bit integers as int32. */
  tensors: Record<string, Tensor>;
  /** Doubles in full precision. */
  doubles: Record<string, Float64Array>;
}

/** Reads `NAME.json` and `NAME.safetensors`. The tests' own short reader: the real one is under test itself. */
export function readGolden<Meta>(name: string): Golden<Meta> {
  const meta = JSON.parse(readFileSync(join(parityFolder, `${name}.json`), 'utf8')) as Meta;
  const file = readFileSync(join(parityFolder, `${name}.safetensors`));
  const start = 8 + Number(file.readBigUInt64LE(0));
  const header = JSON.parse(file.toString('utf8', 8, start)) as Record<
    string,
    { dtype: string; shape: number[]; data_offsets: [number, number] }
  >;
  const tensors: Record<string, Tensor> = {};
  const doubles: Record<string, Float64Array> = {};
  for (const [key, entry] of Object.entries(header)) {
    if (key === '__metadata__') continue;
    const [from, to] = entry.data_offsets;
    const bytes = new Uint8Array(file.subarray(start + from, start + to)).buffer;
    if (entry.dtype === 'F64') doubles[key] = new Float64Array(bytes);
    else if (entry.dtype === 'F32') tensors[key] = tensor(new Float32Array(bytes), entry.shape);
    else if (entry.dtype === 'I64') {
      tensors[key] = tensor(Int32Array.from(new BigInt64Array(bytes), Number), entry.shape, 'int32');
    } else if (entry.dtype === 'BOOL') tensors[key] = tensor(new Uint8Array(bytes), entry.shape, 'bool');
    else throw new Error(`${name}: ${key} has the type ${entry.dtype}`);
  }
  return { meta, tensors, doubles };
}

/** Golden vectors of one name, with their settings: for suites that compare numbers, not tensors. */
export function golden(name: string) {
  const missing = parityMissing(`${name}.json`, `${name}.safetensors`);
  const read = () => readGolden<unknown>(name);
  return {
    found: missing === false,
    /** A suite's title that says why it is skipped. */
    title: (suite: string) => (missing ? `${suite} (${missing})` : suite),
    settings: <T>() => read().meta as T,
    vector: (key: string): number[] => {
      const { doubles, tensors } = read();
      const values = doubles[key] ?? tensors[key]?.dataSync();
      if (!values) throw new Error(`${name}: no vector ${key}`);
      return Array.from(values);
    },
  };
}

/** Throws unless `actual` is within 1e-4 relative or 1e-5 absolute of `expected`, element by element. */
export function assertClose(
  actual: Tensor,
  expected: Tensor,
  what: string,
  { relative = 1e-4, absolute = 1e-5 }: { relative?: number; absolute?: number } = {},
): void {
  if (actual.size !== expected.size) {
    throw new Error(`${what}: [${actual.shape.join(', ')}] against [${expected.shape.join(', ')}]`);
  }
  const [a, e] = [actual.dataSync(), expected.dataSync()];
  for (let i = 0; i < e.length; i++) {
    const [x, y] = [a[i] as number, e[i] as number];
    if (!(Math.abs(x - y) <= absolute + relative * Math.abs(y))) {
      throw new Error(`${what}[${i}]: ${x} against ${y}`);
    }
  }
}
