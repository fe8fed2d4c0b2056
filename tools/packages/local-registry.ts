import { createHash, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { PackageManifest } from './published-packages.js';

/** A version that the registry offers. */
export interface Offer {
  readonly manifest: PackageManifest;
  /** Its tarball. */
  readonly path: string;
}

/** A registry of tarballs on this machine. */
export interface LocalRegistry extends AsyncDisposable {
  readonly url: string;
}

/**
 * Offers tarballs as a registry does, so that `npm install @ulmfit/text` is what a user types, and dependencies, peers and
 * versions are resolved by npm itself. Nothing is published anywhere.
 */
export async function localRegistry(offers: readonly Offer[]): Promise<LocalRegistry> {
  // npm caches by address: one of its own for each registry.
  const prefix = `/${randomUUID()}/`;
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '').slice(prefix.length);
    if (path.endsWith('.tgz')) {
      const offer = offers[Number.parseInt(path, 10)];
      if (offer !== undefined) return void response.end(readFileSync(offer.path));
    }
    const versions = offers.filter(({ manifest }) => manifest.name === path);
    const newest = versions.at(-1)?.manifest.version;
    if (newest === undefined) return void response.writeHead(404).end('{}');
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify({
        name: path,
        'dist-tags': { latest: newest },
        versions: Object.fromEntries(versions.map((offer) => [offer.manifest.version, entry(offer)])),
      }),
    );
  });
  const entry = (offer: Offer) => ({
    ...offer.manifest,
    dist: {
      tarball: `${url}${String(offers.indexOf(offer))}.tgz`,
      integrity: `sha512-${createHash('sha512').update(readFileSync(offer.path)).digest('base64')}`,
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the registry has no port');
  const url = `http://127.0.0.1:${String(address.port)}${prefix}`;
  return {
    url,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
