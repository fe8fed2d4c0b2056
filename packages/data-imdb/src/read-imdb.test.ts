import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { failure, tar, tarGz, temporaryFolder, type Member } from './archive.test-helper.js';
import { readImdb } from './read-imdb.js';
import type { ReadProgress } from './read-imdb-options.js';
import { sharedData } from './shared.test-helper.js';

const MEMBERS: Member[] = [
  { name: 'aclImdb/', type: 'directory' },
  { name: 'aclImdb/README', content: 'a dataset' },
  { name: 'aclImdb/train/unsup/0_0.txt', content: 'Seen it.' },
  { name: 'aclImdb/train/pos/2_9.txt', content: 'Très bien<br /><br />!' },
  { name: 'aclImdb/train/pos/10_10.txt', content: 'Wow.' },
  { name: 'aclImdb/train/labeledBow.feat', content: '1 2:3' },
  { name: 'aclImdb/train/neg/0_1.txt', content: 'No.' },
  { name: 'aclImdb/test/neg/0_2.txt', content: '' },
  { name: 'aclImdb/test/pos/._0_7.txt', content: 'resource fork' },
];

async function write(content: Uint8Array, name = 'aclImdb.tar.gz'): Promise<string> {
  const path = join(await temporaryFolder(), name);
  await writeFile(path, content);
  return path;
}

const archive = async (members: readonly Member[]) => write(await tarGz(members));

describe('readImdb', () => {
  it('reads an archive into records sorted by id', async () => {
    expect(await readImdb(await archive(MEMBERS))).toEqual([
      { id: 'test/neg/0_2.txt', split: 'test', label: 'neg', rating: 2, text: '' },
      { id: 'train/neg/0_1.txt', split: 'train', label: 'neg', rating: 1, text: 'No.' },
      { id: 'train/pos/10_10.txt', split: 'train', label: 'pos', rating: 10, text: 'Wow.' },
      { id: 'train/pos/2_9.txt', split: 'train', label: 'pos', rating: 9, text: 'Très bien<br /><br />!' },
      { id: 'train/unsup/0_0.txt', split: 'train', label: undefined, text: 'Seen it.' },
    ]);
  });

  it('does not depend on the order in the archive, nor on the folder it was packed in', async () => {
    const sorted = await readImdb(await archive(MEMBERS));
    expect(await readImdb(await archive(MEMBERS.toReversed()))).toEqual(sorted);
    const moved = MEMBERS.map((member) => ({ ...member, name: `./copy of ${member.name}` }));
    expect(await readImdb(await archive(moved))).toEqual(sorted);
  });

  it('reads an unpacked folder, and the folder it stands in, like the archive', async () => {
    const parent = await temporaryFolder();
    for (const { name, content } of MEMBERS.filter((member) => member.type === undefined)) {
      await mkdir(dirname(join(parent, name)), { recursive: true });
      await writeFile(join(parent, name), content ?? '');
    }
    await symlink(join(parent, 'aclImdb/README'), join(parent, 'aclImdb/test/neg/9_1.txt'));
    const expected = await readImdb(await archive(MEMBERS));
    expect(await readImdb(join(parent, 'aclImdb'))).toEqual(expected);
    expect(await readImdb(parent)).toEqual(expected);
  });

  it('reads members that span many chunks and long names', async () => {
    const text = 'The film goes on, and on. '.repeat(30_000);
    const name = `${'a-long-folder/'.repeat(20)}aclImdb/train/pos/1_8.txt`;
    const [review] = await readImdb(await archive([{ name, content: text }]));
    expect(review).toEqual({ id: 'train/pos/1_8.txt', split: 'train', label: 'pos', rating: 8, text });
  });

  it('reports progress, ending with all', async () => {
    const members = Array.from({ length: 2500 }, (_, i) => ({
      name: `train/pos/${i}_7.txt`,
      content: `${i}`,
    }));
    const seen: ReadProgress[] = [];
    await readImdb(await archive(members), { onProgress: (progress) => seen.push(progress) });
    expect(seen.map((progress) => progress.reviews)).toEqual([1000, 2000, 2500]);
    expect(seen.at(-1)?.bytes).toBe(seen.at(-1)?.totalBytes);
  });

  it('stops at an abort, before and while reading', async () => {
    const members = Array.from({ length: 3000 }, (_, i) => ({
      name: `train/pos/${i}_7.txt`,
      content: `${i}`,
    }));
    const path = await archive(members);
    const reason = new Error('enough');
    await expect(readImdb(path, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const controller = new AbortController();
    const reading = readImdb(path, { signal: controller.signal, onProgress: () => controller.abort(reason) });
    await expect(reading).rejects.toBe(reason);
  });
});

describe('readImdb refuses', () => {
  it('a path that is not there', async () => {
    const { code, message } = await failure(readImdb(join(await temporaryFolder(), 'nothing.tar.gz')));
    expect(code).toBe('NO_SUCH_PATH');
    expect(message).toMatch(/nothing\.tar\.gz: no such file or folder; give the path of/);
  });

  it.each(['', '<html>404</html>'])('a file that is not gzip: %j', async (content) => {
    expect(await failure(readImdb(await write(Buffer.from(content))))).toMatchObject({ code: 'NOT_GZIP' });
  });

  it('a gzip that ends too early, wherever it was cut', async () => {
    const whole = await tarGz(MEMBERS);
    for (const length of [5, 12, whole.length >> 1, whole.length - 1]) {
      const cut = await write(whole.subarray(0, length));
      expect(await failure(readImdb(cut)), `${length} bytes`).toMatchObject({ code: 'TRUNCATED_GZIP' });
    }
  });

  it('a damaged gzip', async () => {
    const content = await tarGz(MEMBERS);
    content[content.length - 6] = (content[content.length - 6] ?? 0) ^ 1; // in the checksum
    expect(await failure(readImdb(await write(content)))).toMatchObject({ code: 'CORRUPT_GZIP' });
  });

  it('a gzip that holds no whole tar', async () => {
    expect(await failure(readImdb(await write(gzipSync('x'.repeat(2000)))))).toMatchObject({
      code: 'BAD_TAR',
    });
    const cut = gzipSync((await tar(MEMBERS)).subarray(0, 512 * 4 + 100));
    expect(await failure(readImdb(await write(cut)))).toMatchObject({ code: 'BAD_TAR' });
  });

  it('an archive and a folder without reviews', async () => {
    const { code, message } = await failure(
      readImdb(await archive([{ name: 'aclImdb/README', content: 'hm' }])),
    );
    expect(code).toBe('NO_REVIEWS');
    expect(message).toContain('aclImdb/train/pos/0_9.txt');
    expect(await failure(readImdb(await temporaryFolder()))).toMatchObject({ code: 'NO_REVIEWS' });
  });

  it('invalid UTF-8, naming the member', async () => {
    const bad = { name: 'aclImdb/train/neg/7_3.txt', content: Uint8Array.of(0x63, 0xe9, 0x20) };
    const { code, message } = await failure(readImdb(await archive([...MEMBERS, bad])));
    expect(code).toBe('NOT_UTF8');
    expect(message).toContain('member aclImdb/train/neg/7_3.txt');
  });

  it.each([
    '../train/pos/1_9.txt',
    '/aclImdb/train/pos/1_9.txt',
    'C:\\train\\pos\\1_9.txt',
    'a/../../train/pos/1_9.txt',
  ])('the climbing or absolute member %s', async (name) => {
    const { code, message } = await failure(readImdb(await archive([...MEMBERS, { name, content: 'x' }])));
    expect(code).toBe('UNSAFE_MEMBER');
    expect(message).toContain(name);
  });

  it('a name of several lines or of any length, in one short line', async () => {
    const name = `../${'x\n'.repeat(500)}train/pos/1_9.txt`;
    const { message } = await failure(readImdb(await archive([{ name, content: 'x' }])));
    expect(message).toMatch(/: member "\.\.\/x\\nx.*…" points outside the archive/);
    expect(message.length).toBeLessThan(600);
  });

  it('to follow links', async () => {
    const links: Member[] = [
      { name: 'aclImdb/train/pos/5_9.txt', type: 'symlink', linkname: '/etc/passwd' },
      { name: 'aclImdb/train/pos/6_9.txt', type: 'link', linkname: 'aclImdb/README' },
    ];
    const ids = (await readImdb(await archive([...links, ...MEMBERS]))).map((review) => review.id);
    expect(ids).toHaveLength(5);
  });

  it('the same review twice', async () => {
    const twice = [...MEMBERS, { name: 'other/train/pos/2_9.txt', content: 'again' }];
    expect(await failure(readImdb(await archive(twice)))).toMatchObject({ code: 'DUPLICATE_REVIEW' });
  });

  it('a member that is too long for a review', async () => {
    const long = { name: 'aclImdb/train/pos/1_9.txt', content: Buffer.alloc(1024 * 1024 + 1, 'a') };
    const { code, message } = await failure(readImdb(await archive([long])));
    expect(code).toBe('REVIEW_TOO_LONG');
    expect(message).toContain('1048577 bytes');
  });

  it('a bomb of padding', async () => {
    const bomb = { name: 'aclImdb/padding.bin', content: Buffer.alloc(100 * 1024 * 1024) };
    expect(await failure(readImdb(await archive([bomb, ...MEMBERS])))).toMatchObject({ code: 'GZIP_BOMB' });
  });
});

const shared = sharedData('aclImdb.tar.gz');
describe.skipIf(!shared)(
  'readImdb over the shared archive (skipped without shared/data/aclImdb.tar.gz)',
  () => {
    it('finds all 80,000 reviews within ten seconds', async () => {
      const start = performance.now();
      const reviews = await readImdb(shared ?? '');
      const seconds = (performance.now() - start) / 1000;
      const counts = new Map<string, number>();
      for (const { split, label } of reviews) {
        const key = `${split}/${label}`;
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
      expect(Object.fromEntries(counts)).toEqual({
        'train/neg': 12500,
        'train/pos': 12500,
        'train/undefined': 50000,
        'test/neg': 2500,
        'test/pos': 2500,
      });
      expect(reviews.every(({ rating, label }) => (rating === undefined) === (label === undefined))).toBe(
        true,
      );
      expect(seconds).toBeLessThan(10);
    });
  },
);
