import fc from 'fast-check';
import { readImdb } from '@ulmfit/data-imdb';
import { gzipSync } from 'node:zlib';
import { corrupt, joined, utf8 } from '../../../packages/files/src/mutate.test-helper.js';
import type { FuzzedReader } from '../reader.js';
import { writingReader } from './writing-reader.js';

interface Member {
  readonly name: string;
  readonly content?: Uint8Array;
  /** One character: `0` a file, `1` and `2` links, `5` a folder, `x` and `g` PAX headers, `L` a long name. */
  readonly type?: string;
  readonly link?: string;
  /** What the header claims, in octal digits. Default: the content's. */
  readonly size?: string;
  /** Whether the header's checksum is wrong. */
  readonly spoilt?: boolean;
}

/** One member: a header of 512 bytes (POSIX ustar) and the content, padded to whole blocks. */
function tarMember({
  name,
  content = new Uint8Array(0),
  type = '0',
  link = '',
  size,
  spoilt,
}: Member): Uint8Array {
  const header = new Uint8Array(512);
  const put = (text: string, at: number, length: number) => header.set(utf8(text).subarray(0, length), at);
  put(name, 0, 100);
  put('0000644\0', 100, 8);
  put(`${size ?? content.length.toString(8).padStart(11, '0')}\0`, 124, 12);
  put('00000000000\0', 136, 12);
  put('        ', 148, 8);
  put(type, 156, 1);
  put(link, 157, 100);
  put('ustar\x0000', 257, 8);
  const sum = header.reduce((total, byte) => total + byte, 0) + (spoilt ? 1 : 0);
  put(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 8);
  return joined(header, content, new Uint8Array((512 - (content.length % 512)) % 512));
}
const tar = (members: readonly Member[]) => joined(...members.map(tarMember), new Uint8Array(1024));
const gzip = (bytes: Uint8Array, level = 6) => new Uint8Array(gzipSync(bytes, { level }));

const sound: Member[] = [
  { name: 'aclImdb/', type: '5' },
  { name: 'aclImdb/train/pos/0_9.txt', content: utf8('Très bien<br />!') },
  { name: 'aclImdb/train/unsup/0_0.txt', content: utf8('Seen it.') },
  { name: 'aclImdb/test/neg/1_2.txt', content: utf8('No. '.repeat(200)) },
];

const name = fc.oneof(
  fc.constantFrom(
    ...['aclImdb/train/pos/1_9.txt', 'aclImdb/test/neg/2_1.txt', 'train/unsup/3_0.txt', 'train/pos/a\nb.txt'],
    ...[
      '../train/pos/1_9.txt',
      '/etc/train/pos/1_9.txt',
      'C:\\train\\pos\\1_9.txt',
      'a/../../train/pos/1.txt',
      '..',
      '',
    ],
    ...['./train/pos/._1_9.txt', `${'long/'.repeat(19)}x`, '\ud800', 'train/pos/\0.txt'],
  ),
  fc.string({ maxLength: 20 }),
);
const pax = (text: string) => utf8(text);
const content = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc.constantFrom(utf8('Good.'), utf8('é'.repeat(300)), Uint8Array.of(0xc3), new Uint8Array(600)),
  // Headers that name another file, say another size, or count their own length wrongly.
  fc
    .constantFrom(
      'path=../x',
      'path=train/pos/7_7.txt',
      'size=99999999999',
      'size=-1',
      'size=abc',
      'linkpath=/etc',
      '=',
      '',
    )
    .chain((record) =>
      fc.constantFrom(0, 1, -5, 9, 1e9, record.length + 4).map((n) => pax(`${n} ${record}\n`)),
    ),
);
const member = fc.record<Member>(
  {
    name,
    content,
    type: fc.constantFrom('0', '0', '0', '1', '2', '3', '5', '6', '7', 'x', 'g', 'L', 'K', 'S', '\0', 'Z'),
    link: fc.constantFrom('/etc/passwd', '../..', 'aclImdb/train/pos/0_9.txt'),
    size: fc.constantFrom('77777777777', '00004000000', '-0000000001', 'abc', ''),
    spoilt: fc.constantFrom(false, false, false, true),
  },
  { requiredKeys: ['name', 'content', 'type'] },
);

const many = (count: number, make: (i: number) => Member) => Array.from({ length: count }, (_, i) => make(i));

export const archiveReader = (): FuzzedReader =>
  writingReader('aclImdb.tar.gz', (path) => readImdb(path), {
    name: 'tar.gz (aclImdb)',
    samples: [gzip(tar(sound)), gzip(tar(sound), 0)],
    hostile: () => [
      // Bombs: a hundred megabytes of padding, in a file that is passed over, in one that is read, and behind the end.
      gzip(joined(tar(sound), new Uint8Array(100 * 2 ** 20)), 1),
      gzip(tar([{ name: 'padding.bin', content: new Uint8Array(100 * 2 ** 20) }, ...sound]), 1),
      gzip(tar([{ name: 'train/pos/1_9.txt', content: new Uint8Array(5 * 2 ** 20).fill(0x61) }]), 1),
      gzip(tar(many(20_000, (i) => ({ name: `train/pos/${i}_9.txt` }))), 1),
      gzip(tar(many(20_000, (i) => ({ name: `${i}/`, type: '5' }))), 1),
      gzip(
        tar([
          { name: 'x', type: 'x', content: pax(`30 path=${'a/'.repeat(10)}\n`.repeat(50_000)) },
          ...sound,
        ]),
        1,
      ),
      gzip(tar([{ name: 'x', type: 'x', content: pax('1 \n'.repeat(300_000)) }, ...sound]), 1),
      gzip(tar([{ name: 'x', type: 'x', content: pax('9'.repeat(1_000_000)) }, ...sound]), 1),
      gzip(tar([{ name: 'x', type: 'L', content: new Uint8Array(3 * 2 ** 20).fill(0x61) }, ...sound]), 1),
      gzip(
        tar([{ name: 'x', type: 'L', content: utf8(`../${'\n'.repeat(100)}train/pos/1_9.txt`) }, ...sound]),
        1,
      ),
      // An archive in an archive in an archive.
      gzip(gzip(gzip(tar(sound)))),
    ],
    arbitrary: fc.oneof(
      fc.array(member, { maxLength: 5 }).map((members) => gzip(tar(members), 1)),
      // Spoilt before it is packed, so that gzip's checksum holds.
      fc.nat().map((seed) => gzip(corrupt(tar(sound), seed), 1)),
    ),
  });
