import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeRecords } from './record.js';

export interface ReadEvent {
  step: number;
  values: Record<string, number>;
}

/** The events of the files that TensorBoard reads, in the order of their names; without those that tell the version. */
export function eventsIn(folder: string): ReadEvent[] {
  return readdirSync(folder)
    .filter((name) => name.includes('tfevents'))
    .sort()
    .flatMap((name) => [...decodeRecords(readFileSync(join(folder, name)))])
    .map(fields)
    .flatMap((event) => {
      const summary = event.get(5);
      if (summary === undefined) return [];
      const values = [...all(summary[0] as Uint8Array)].map((value) => {
        const [tag, figure] = [value.get(1)?.[0], value.get(2)?.[0]] as [Uint8Array, Uint8Array];
        return [
          new TextDecoder().decode(tag),
          new DataView(figure.buffer, figure.byteOffset).getFloat32(0, true),
        ] as const;
      });
      return [{ step: event.get(2)?.[0] as number, values: Object.fromEntries(values) }];
    });
}

/** The messages that a list's field 1 has. */
function* all(list: Uint8Array): Generator<Map<number, (number | Uint8Array)[]>> {
  for (const message of fields(list).get(1) ?? []) yield fields(message as Uint8Array);
}

/** A message's fields by number: varints as numbers, the others as bytes. */
function fields(message: Uint8Array): Map<number, (number | Uint8Array)[]> {
  const found = new Map<number, (number | Uint8Array)[]>();
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let place = 1; ; place *= 0x80) {
      const byte = message[at++] as number;
      value += (byte & 0x7f) * place;
      if (byte < 0x80) return value;
    }
  };
  const take = (size: number) => message.subarray(at, (at += size));
  while (at < message.length) {
    const key = varint();
    const wireType = key & 7;
    const value =
      wireType === 0 ? varint() : wireType === 1 ? take(8) : wireType === 5 ? take(4) : take(varint());
    found.set(key >> 3, [...(found.get(key >> 3) ?? []), value]);
  }
  return found;
}
