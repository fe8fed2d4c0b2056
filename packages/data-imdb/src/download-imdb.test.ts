import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { temporaryFolder } from './archive.test-helper.js';
import { downloadImdb } from './download-imdb.js';

it('keeps the archive in $ULMFIT_CACHE', async () => {
  const content = 'an archive';
  const server = createServer((_, response) => response.end(content));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const cache = await temporaryFolder();
  vi.stubEnv('ULMFIT_CACHE', cache);
  onTestFinished(() => void vi.unstubAllEnvs());
  const md5 = createHash('md5').update(content).digest('hex');
  const path = await downloadImdb({ url: `http://127.0.0.1:${address.port}/`, md5 });
  expect(path).toBe(join(cache, 'aclImdb_v1.tar.gz'));
  expect(await readFile(path, 'utf8')).toBe(content);
});
