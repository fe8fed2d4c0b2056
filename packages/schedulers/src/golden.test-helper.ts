import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const shared = process.env['ULMFIT_SHARED'] ?? resolve(import.meta.dirname, '../../../../shared');
const folder = process.env['ULMFIT_PARITY_DIR'] ?? resolve(shared, 'parity');

/** The golden numbers of one name: their settings, and vectors from the safetensors file beside them. */
export function golden(name: string) {
  const path = resolve(folder, `${name}.safetensors`);
  const found = existsSync(path);
  return {
    found,
    /** A suite's title that says why it is skipped. */
    title: (suite: string) => (found ? suite : `${suite} (skipped: no ${name}.safetensors in ${folder})`),
    settings: <T>() => JSON.parse(readFileSync(resolve(folder, `${name}.json`), 'utf8')) as T,
    vector: (tensor: string) => readVector(path, tensor),
  };
}

/** A vector of floats: 8 bytes of header length, a JSON header, the data. */
function readVector(path: string, name: string): number[] {
  const file = readFileSync(path);
  const begin = 8 + Number(file.readBigUInt64LE(0));
  const header = JSON.parse(file.toString('utf8', 8, begin)) as Record<
    string,
    { dtype: string; data_offsets: [number, number] }
  >;
  const entry = header[name];
  if (!entry) throw new Error(`${path}: no tensor ${name}`);
  const data = file.subarray(begin + entry.data_offsets[0], begin + entry.data_offsets[1]);
  const width = { F32: 4, F64: 8 }[entry.dtype];
  if (width === undefined) throw new Error(`${path}: ${name} is ${entry.dtype}, not floats`);
  return Array.from({ length: data.length / width }, (_, i) =>
    width === 4 ? data.readFloatLE(4 * i) : data.readDoubleLE(8 * i),
  );
}
