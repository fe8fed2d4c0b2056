import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { decodeUtf8, gunzipFile, hashFile, withLock } from '@ulmfit/files';

const path = join(mkdtempSync(join(tmpdir(), 'words-')), 'words.txt.gz'); // `downloadFile` resumes and checks
writeFileSync(path, gzipSync('one\ntwo\nthree\n'));
for await (const text of decodeUtf8(gunzipFile(path), path)) console.log(text.length); // whole lines, constant memory

await withLock(`${path}.lock`, async () => {
  // Nobody else is here. The lock of a process that has died is taken over.
  console.log(await hashFile(path, 'sha256'));
});
