import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeEvent, stepOf, versionEvent } from './event.js';
import { decodeRecords, encodeRecord } from './record.js';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

describe('a file of events', () => {
  it('has the bytes that TensorBoard writes', () => {
    // RecordWriter and Event of tensorboard 2.21.
    const theirs =
      '1800000000000000a37f4b220900002040fc54d9411a0d627261696e2e4576656e743a322b3531102e00000000000000c5cb57fa' +
      '0900002040fc54d94110ac022a200a0b0a046c6f737315000020400a110a0a6c722f656e636f646572156f12833abaf5cfcd' +
      '2100000000000000017becf60900005040fc54d9411080e497d0122a100a0e0a074772c3b6c39f65150000c07f2353c8d8';
    const wallTime = 1_700_000_000.5;
    const ours = [
      versionEvent(wallTime),
      encodeEvent({ wallTime, step: 300, values: { loss: 2.5, 'lr/encoder': 0.001 } }),
      encodeEvent({ wallTime: wallTime + 0.75, step: 5e9, values: { Größe: NaN } }),
    ];
    expect(hex(Buffer.concat(ours.map(encodeRecord)))).toBe(theirs);
  });

  it('tells the step of an event, whatever it is', () => {
    expect(stepOf(versionEvent(1))).toBeUndefined();
    fc.assert(
      fc.property(fc.nat({ max: Number.MAX_SAFE_INTEGER }), fc.double(), (step, wallTime) => {
        expect(stepOf(encodeEvent({ wallTime, step, values: { a: 1 } }))).toBe(step);
      }),
    );
  });

  it('is read whatever it is', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect([...decodeRecords(bytes)].flatMap((event) => stepOf(event) ?? [])).toEqual([]);
        expect(stepOf(bytes) ?? 0).toBeGreaterThanOrEqual(0);
      }),
    );
    // A length of 2^64 - 1 with its sum.
    const endless = encodeRecord(new Uint8Array()).fill(0xff, 0, 8);
    expect([...decodeRecords(endless)]).toEqual([]);
  });

  it('is read up to where it is cut off or damaged', () => {
    const piece = fc.uint8Array({ maxLength: 40 });
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 6 }),
        fc.nat(),
        fc.nat({ max: 7 }),
        fc.boolean(),
        (pieces, place, bit, cut) => {
          const records = pieces.map(encodeRecord);
          const whole = new Uint8Array(Buffer.concat(records));
          expect([...decodeRecords(whole)]).toEqual(pieces);
          const at = whole.length > 0 ? place % whole.length : 0;
          const spoilt = cut
            ? whole.subarray(0, at)
            : whole.map((byte, i) => (i === at ? byte ^ (1 << bit) : byte));
          let end = 0;
          const sound = records.filter(({ length }) => (end += length) <= at).length;
          expect([...decodeRecords(spoilt)]).toEqual(pieces.slice(0, sound));
        },
      ),
    );
  });
});
