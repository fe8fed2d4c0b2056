// The site: guides of `docs/`, the reference that TypeDoc makes of the code, and the command line's page that the program makes of itself.
import { readFileSync, existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitepress';
import { filesAt, repository } from '../../../tools/repository.mjs';
import { siteModels } from './site-models.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../../..');
const docs = join(root, 'docs');
const sidebarFile = join(docs, 'reference/typedoc-sidebar.json');
const reference = existsSync(sidebarFile) ? JSON.parse(readFileSync(sidebarFile, 'utf8')) : [];

const guides = [
  {
    text: 'Get started',
    items: [
      { text: 'Your own data', link: '/your-own-data' },
      { text: 'IMDb, and quick start', link: '/quick-start' },
      { text: 'Playground', link: '/playground' },
      { text: 'Command line', link: '/command-line' },
      { text: 'Settings in a file', link: '/settings-file' },
    ],
  },
  {
    text: 'Guides',
    items: [
      { text: 'IMDb by hand', link: '/imdb-by-hand' },
      { text: 'Choosing a preset', link: '/choosing-a-preset' },
      { text: 'Few labels', link: '/few-labels' },
      { text: 'Poor accuracy', link: '/poor-accuracy' },
      { text: 'Moving from fastai', link: '/from-fastai' },
      { text: 'Evaluation', link: '/evaluation' },
      { text: 'Explanations', link: '/explanations' },
      { text: 'Mix and match', link: '/mix-and-match' },
      { text: 'Packages in your project', link: '/packages' },
      { text: 'Use a model in Node', link: '/use-in-node' },
      ...(existsSync(join(docs, 'use-in-the-browser.md'))
        ? [{ text: 'In the browser', link: '/use-in-the-browser' }]
        : []),
      { text: 'As a service', link: '/as-a-service' },
      { text: 'Several machines', link: '/several-machines' },
    ],
  },
  {
    text: 'Plugins',
    items: [
      { text: 'Writing a plugin', link: '/writing-a-plugin' },
      { text: 'Writing a scheduler', link: '/scheduler-plugin' },
      { text: 'Writing an encoder', link: '/encoder-plugin' },
    ],
  },
  {
    text: 'Internals',
    items: [
      { text: 'Architecture', link: '/architecture' },
      { text: 'Results', link: '/results' },
      { text: 'Performance', link: '/performance' },
      { text: 'Reliability', link: '/reliability' },
      { text: 'Errors', link: '/errors' },
    ],
  },
];

export default defineConfig({
  title: 'ULMFiT for TypeScript',
  description: 'Transfer learning for text, in TypeScript: from a file of texts to a classifier.',
  lang: 'en',
  // Where it stands below its host, such as `/ulmfit/`.
  base: process.env['ULMFIT_SITE_BASE'] ?? '/',
  srcDir: docs,
  srcExclude: ['site/**', 'examples/**', 'data/**'],
  outDir: join(docs, 'site'),
  cacheDir: join(root, 'node_modules/.cache/vitepress'),
  cleanUrls: true,
  lastUpdated: false,
  // The index that search reads is one file.
  vite: {
    build: { chunkSizeWarningLimit: 10_000 },
    plugins: [siteModels()],
    worker: { format: 'es', rollupOptions: { onwarn } },
  },
  // Pages name files of the repository, which lie outside of the site.
  markdown: { config: (markdown) => void markdown.core.ruler.push('repository-files', linksToRepository) },
  themeConfig: {
    nav: [
      { text: 'Guides', link: '/your-own-data', activeMatch: '^/(?!reference)' },
      { text: 'Command line', link: '/command-line' },
      { text: 'API', link: '/reference/', activeMatch: '^/reference' },
    ],
    sidebar: { '/reference/': [{ text: 'API', link: '/reference/', items: reference }], '/': guides },
    outline: [2, 3],
    search: { provider: 'local' },
    socialLinks: [{ icon: 'github', link: repository }],
    footer: { message: 'Apache-2.0' },
  },
});

/** Passes warnings on, but for comments of libraries that stand where Rollup makes nothing of them. */
function onwarn(warning, warn) {
  if (warning.code !== 'INVALID_ANNOTATION') warn(warning);
}

/** Turns a link that leads out of `docs/` into one to that file in the repository. */
function linksToRepository(state) {
  const page = state.env.path;
  if (typeof page !== 'string') return;
  for (const block of state.tokens)
    for (const token of block.children ?? []) {
      const href = token.type === 'link_open' ? token.attrGet('href') : null;
      if (href === null || /^(?:[a-z]+:|#|\/)/.test(href)) continue;
      const [path, hash] = href.split('#');
      const file = join(dirname(page), path);
      const isOutside =
        relative(docs, file).startsWith('..') || /^(?:examples|data)\b/.test(relative(docs, file));
      if (isOutside) token.attrSet('href', `${filesAt}${relative(root, file)}${hash ? `#${hash}` : ''}`);
    }
}
