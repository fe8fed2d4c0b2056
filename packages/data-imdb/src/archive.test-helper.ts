import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack, type Header } from 'tar-stream';

export { failure } from '../../files/src/failure.test-helper.js';
export { temporaryFolder } from '../../files/src/temporary-folder.test-helper.js';

export interface Member {
  name: string;
  content?: string | Uint8Array;
  type?: Header['type'];
  linkname?: string;
}

/** An unpacked tar archive of the members, in their order. */
export async function tar(members: readonly Member[]): Promise<Buffer> {
  const packing = pack();
  for (const { content = '', ...header } of members) packing.entry(header, content);
  packing.finalize();
  return buffer(packing as AsyncIterable<Uint8Array>);
}

export async function tarGz(members: readonly Member[]): Promise<Buffer> {
  return gzipSync(await tar(members));
}
