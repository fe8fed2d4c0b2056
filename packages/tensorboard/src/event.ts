/** A message of `tensorflow.Event` (`event.proto`), as far as it is written here. */
export interface Event {
  /** Seconds since 1970. */
  readonly wallTime: number;
  readonly step: number;
  /** Scalars by tag, kept as float32. */
  readonly values: Readonly<Record<string, number>>;
}

/** The first record of every file. */
export function versionEvent(wallTime: number): Uint8Array {
  return Buffer.concat([key(1, FIXED64), double(wallTime), key(3, BYTES), delimited(text('brain.Event:2'))]);
}

export function encodeEvent({ wallTime, step, values }: Event): Uint8Array {
  const summary = Object.entries(values).map(([tag, value]) =>
    Buffer.concat([
      key(1, BYTES),
      delimited(Buffer.concat([key(1, BYTES), delimited(text(tag)), key(2, FIXED32), float(value)])),
    ]),
  );
  return Buffer.concat([
    ...[key(1, FIXED64), double(wallTime)],
    ...[key(2, VARINT), varint(step)],
    ...[key(5, BYTES), delimited(Buffer.concat(summary))],
  ]);
}

/** The step of a message that {@link encodeEvent} made; undefined for a version's. */
export function stepOf(event: Uint8Array): number | undefined {
  // Behind the wall time, of which the key is one byte.
  let at = 9;
  if (event[at++] !== key(2, VARINT)[0]) return undefined;
  let step = 0;
  for (let place = 1; at < event.length; place *= 0x80) {
    const byte = event[at++] ?? 0;
    step += (byte & 0x7f) * place;
    if (byte < 0x80) return step;
  }
  return undefined;
}

/** How a field's value is written: protobuf's wire types. */
const [VARINT, FIXED64, BYTES, FIXED32] = [0, 1, 2, 5] as const;

const key = (field: number, wireType: number) => Uint8Array.of((field << 3) | wireType);

/** Seven bits a byte, the lowest first; all but the last byte have the high bit set. */
function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  // By division: a step may have more bits than an integer of `>>>`.
  for (; value >= 0x80; value = Math.floor(value / 0x80)) bytes.push((value % 0x80) | 0x80);
  return Uint8Array.of(...bytes, value);
}

const double = (value: number) => written(8, (view) => view.setFloat64(0, value, true));
const float = (value: number) => written(4, (view) => view.setFloat32(0, value, true));
const text = (value: string) => new TextEncoder().encode(value);
const delimited = (bytes: Uint8Array) => Buffer.concat([varint(bytes.length), bytes]);

function written(size: number, write: (view: DataView) => void): Uint8Array {
  const bytes = new Uint8Array(size);
  write(new DataView(bytes.buffer));
  return bytes;
}
