import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A link of a page that leads to a place which its target does not have. */
export interface DeadAnchor {
  readonly page: string;
  readonly href: string;
}

/**
 * The links into the middle of a page that lead nowhere, of a built site. Links to pages are VitePress's to check.
 * @param site the folder of the site
 * @param base what its addresses begin with
 */
export function deadAnchors(site: string, base = '/'): DeadAnchor[] {
  const pages = readdirSync(site, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.html'));
  const texts = new Map(pages.map((page) => [page, readFileSync(join(site, page), 'utf8')]));
  const places = new Map<string, Set<string>>();
  const placesOf = (page: string): Set<string> => {
    const known = places.get(page);
    if (known) return known;
    const found = new Set([...(texts.get(page) ?? '').matchAll(/ id="([^"]+)"/g)].map(([, id = '']) => id));
    places.set(page, found);
    return found;
  };
  return [...texts].flatMap(([page, text]) =>
    [...text.matchAll(/ href="([^"]*)#([^"]+)"/g)].flatMap(([, path = '', hash = '']) => {
      const target = targetOf(site, base, page, path);
      if (target === undefined || placesOf(target).has(decodeURIComponent(hash))) return [];
      return [{ page, href: `${path}#${hash}` }];
    }),
  );
}

/** The file that a link leads to; undefined for one that leaves the site. */
function targetOf(site: string, base: string, page: string, path: string): string | undefined {
  if (path === '') return page;
  if (/^[a-z]+:/.test(path)) return undefined;
  const address = new URL(path, `http://site${base}${page}`).pathname.slice(base.length);
  const candidates = [address, `${address}.html`, `${address}index.html`, `${address}/index.html`];
  return candidates.find((name) => name.endsWith('.html') && existsSync(join(site, name)));
}
