// `npm run bench:browser`: how long it takes in a page of Chromium to classify and explain a review on WebAssembly, and to train.
import { cpus } from 'node:os';
import { join } from 'node:path';
import { chromium as launcher } from 'playwright-core';
import { createServer } from 'vite';
import type { Timing } from './quick-page.local.js';
import { chromium, chromiumOptions } from './chromium.js';

if (chromium === undefined) {
  console.log('there is no Chromium; install one, or name it by ULMFIT_CHROMIUM');
  process.exit();
}
const runs = Number(process.argv[2] ?? 100);
const root = join(import.meta.dirname, '../..');
const browser = await launcher.launch(chromiumOptions);
console.log(`Chromium ${browser.version()}, ${cpus()[0]?.model ?? '?'}, ${String(cpus().length)} cores`);
for (const isIsolated of [false]) {
  const headers: Record<string, string> = isIsolated
    ? { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' }
    : {};
  const server = await createServer({
    root,
    configFile: false,
    logLevel: 'error',
    cacheDir: 'node_modules/.cache/ulmfit-browser-bench',
    resolve: { conditions: ['@ulmfit/source', 'browser', 'module', 'import', 'default'] },
    optimizeDeps: {
      noDiscovery: true,
      include: [
        '@tensorflow/tfjs-core',
        '@tensorflow/tfjs-core/dist/register_all_gradients.js',
        '@tensorflow/tfjs-backend-wasm',
        'zod',
      ],
    },
    server: {
      port: 0,
      headers,
    },
    plugins: [
      {
        name: 'page',
        configureServer: ({ middlewares }) =>
          void middlewares.use('/bench.html', (_, response) => {
            response.setHeaders(new Map(Object.entries({ ...headers, 'content-type': 'text/html' })));
            response.end('<!doctype html><title>bench</title>');
          }),
      },
    ],
  });
  await server.listen();
  const page = await browser.newPage();
  await page.goto(`${server.resolvedUrls?.local[0] ?? ''}bench.html`);
  const { threads, timings } = await page.evaluate<{ threads: number; timings: Timing[] }>(
    `import('/tools/browser/quick-page.local.ts').then(({ timings }) => timings(${String(runs)}))`,
  );
  console.log(isIsolated ? `\ncross-origin isolated, ${String(threads)} threads` : '\none thread');
  for (const { name, least, median } of timings)
    console.log(`  ${name}: ${least.toFixed(1)} ms at best, ${median.toFixed(1)} ms in the middle`);
  await page.close();
  await server.close();
}
await browser.close();
