import { tensor, type Tensor } from '@tensorflow/tfjs-core';
import type { Collective } from './collective.js';

/** The tensors of all ranks by name, each float32. The caller owns what comes from others; its own are not in it. */
export async function gatherTensors(
  own: Readonly<Record<string, Tensor>>,
  collective: Collective,
): Promise<Record<string, Tensor>> {
  const all = await collective.gather(pack(own));
  return Object.assign(
    {},
    ...all.map((bytes, rank) => (rank === collective.rank ? {} : unpack(bytes))),
  ) as Record<string, Tensor>;
}

type Header = { name: string; shape: number[] }[];

/** The header's length, a header in JSON, and the numbers of all tensors in its order. */
function pack(tensors: Readonly<Record<string, Tensor>>): Uint8Array {
  const entries = Object.entries(tensors);
  const header: Header = entries.map(([name, { shape }]) => ({ name, shape }));
  const text = new TextEncoder().encode(JSON.stringify(header));
  const size = entries.reduce((sum, [, t]) => sum + t.size, 0);
  const bytes = new Uint8Array(4 + text.length + 4 * size);
  new DataView(bytes.buffer).setUint32(0, text.length, true);
  bytes.set(text, 4);
  let at = 4 + text.length;
  for (const [, t] of entries) {
    const values = t.dataSync<'float32'>();
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    at += values.byteLength;
  }
  return bytes;
}

function unpack(bytes: Uint8Array): Record<string, Tensor> {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length))) as Header;
  // A copy, since the numbers need not begin at a multiple of four.
  const values = new Float32Array(bytes.slice(4 + length).buffer);
  let at = 0;
  return Object.fromEntries(
    header.map(({ name, shape }) => {
      const size = shape.reduce((product, n) => product * n, 1);
      return [name, tensor(values.subarray(at, (at += size)), shape, 'float32')];
    }),
  );
}
