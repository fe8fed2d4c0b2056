import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  createReadStream,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { createGzip } from 'node:zlib';

const root = join(import.meta.dirname, '../..');
/** Where the site stands below its host, as it may on GitHub. */
const below = '/below/';

/** Writes packages with models of random weights into a folder, as `npm run model-package` makes them. */
export function writeModelPackages(folder: string): void {
  const made = join(folder, 'made');
  mkdirSync(made, { recursive: true });
  execFileSync(
    process.execPath,
    [
      '--conditions=@ulmfit/source',
      '--import=./tools/typescript-loader.mjs',
      'tools/browser/write-models.ts',
      made,
    ],
    { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] },
  );
  for (const [name, file] of [
    ['sentiment-en', 'classifier.ulmfit'],
    ['pretrained-en', 'language-model.ulmfit'],
  ] as const) {
    const place = join(folder, name);
    mkdirSync(place, { recursive: true });
    copyFileSync(join(made, file), join(place, 'model.ulmfit'));
    writeFileSync(
      join(place, 'package.json'),
      JSON.stringify({ name: `@ulmfit/${name}`, ulmfit: 'model.ulmfit' }),
    );
  }
}

/** Builds a site of the playground alone, by the site's own settings. */
export function buildPlayground(folder: string, models: string): string {
  const [site, project] = [join(folder, 'site'), join(folder, 'project')];
  const pages = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' });
  const others = pages.filter((path) => path.endsWith('.md') && path !== 'playground.md');
  mkdirSync(join(project, '.vitepress'), { recursive: true });
  writeFileSync(
    join(project, '.vitepress/config.mjs'),
    `import config from ${JSON.stringify(join(root, 'apps/docs/.vitepress/config.mjs'))};
export default {
  ...config,
  srcExclude: ${JSON.stringify(others)},
  ignoreDeadLinks: true,
  outDir: ${JSON.stringify(site)},
  cacheDir: ${JSON.stringify(join(folder, 'cache'))},
};\n`,
  );
  execFileSync(process.execPath, [join(root, 'node_modules/vitepress/bin/vitepress.js'), 'build', project], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, ULMFIT_SITE_MODELS: models, ULMFIT_SITE_BASE: below },
  });
  rmSync(project, { recursive: true });
  return site;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.wasm': 'application/wasm',
};

export interface ServedSite {
  /** Of the playground. */
  readonly url: string;
  /** Bytes of all bodies so far. */
  sent(): number;
  close(): void;
}

/** Serves a site as a server of files does; `packs` texts and WebAssembly by gzip. */
export async function serveSite(
  site: string,
  { base = below, packs = false }: { readonly base?: string; readonly packs?: boolean } = {},
): Promise<ServedSite> {
  let sent = 0;
  const server: Server = createServer(({ url = '/' }, response) => {
    const { pathname } = new URL(url, 'http://localhost');
    const path = pathname.startsWith(base) ? join(site, pathname.slice(base.length)) : '';
    const file = [path, `${path}.html`].find((each) => existsSync(each) && statSync(each).isFile());
    if (file === undefined) {
      response.writeHead(404).end();
      return;
    }
    const type = types[extname(file)];
    const isPacked = packs && type !== undefined;
    const size = isPacked ? { 'content-encoding': 'gzip' } : { 'content-length': statSync(file).size };
    response.writeHead(200, { 'content-type': type ?? 'application/octet-stream', ...size });
    const bytes = isPacked ? createReadStream(file).pipe(createGzip({ level: 9 })) : createReadStream(file);
    bytes.on('data', (chunk: Uint8Array | string) => (sent += chunk.length));
    bytes.pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://localhost:${port}${base}playground`,
    sent: () => sent,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
