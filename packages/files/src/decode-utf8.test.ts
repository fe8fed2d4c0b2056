import { describe, expect, it } from 'vitest';
import { decodeUtf8 } from './decode-utf8.js';
import { failure } from './failure.test-helper.js';

async function* pieces<T>(items: readonly T[]): AsyncGenerator<T, void> {
  yield* items;
}

describe('decodeUtf8', () => {
  it('gives the same text, and names the same bad line, wherever they are cut', async () => {
    const decode = async (bytes: Buffer, size: number) => {
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
        bytes.subarray(i * size, (i + 1) * size),
      );
      let text = '';
      for await (const piece of decodeUtf8(pieces(chunks), 'x')) text += piece;
      return text;
    };
    const text = 'é\nnaïve 映画\n\n\r\nlast 🎬';
    const bad = Buffer.concat([Buffer.from('é\n\nü\n'), Buffer.of(0xc3, 0x0a), Buffer.from('é')]);
    for (let size = 1; size < 20; size++) {
      expect(await decode(Buffer.from(text), size)).toBe(text);
      expect((await failure(decode(bad, size))).message).toContain('line 4');
    }
  });

  it('refuses a line without an end, before it fills the memory', async () => {
    const chunk = Buffer.alloc(1024 * 1024, 'a');
    const line = async () => {
      for await (const _ of decodeUtf8(pieces(new Array<Buffer>(65).fill(chunk)), 'x')) continue;
    };
    expect(await failure(line())).toMatchObject({
      code: 'DOCUMENT_TOO_LONG',
      message: expect.stringMatching(/^x: line 1 has more than 67108864 bytes/) as string,
    });
  });
});
