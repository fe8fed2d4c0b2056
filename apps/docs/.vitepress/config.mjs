// The site: guides of `docs/`, the reference that TypeDoc makes of the code, and the command line's page that the program makes of itself.
import { readFileSync, existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { katex } from '@mdit/plugin-katex';
import { defineConfig } from 'vitepress';
import { filesAt, repository } from '../../../tools/repository.mjs';
import { siteModels } from './site-models.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../../..');
const docs = join(root, 'docs');
const sidebarFile = join(docs, 'reference/typedoc-sidebar.json');
const reference = existsSync(sidebarFile) ? JSON.parse(readFileSync(sidebarFile, 'utf8')) : [];

const palette = JSON.parse(readFileSync(join(root, 'tools/pictures/palette.json'), 'utf8'));
const colours = (scheme) =>
  Object.entries(palette[scheme])
    .map(([name, value]) => `--picture-${name}:${value};`)
    .join('');

const sidebar = [
  {
    text: 'Get started',
    items: [
      { text: 'Quick start', link: '/quick-start' },
      { text: 'Your own data', link: '/your-own-data' },
      { text: 'A settings file', link: '/settings-file' },
      { text: 'Playground', link: '/playground' },
    ],
  },
  {
    text: 'Guides',
    items: [
      { text: 'Choosing a preset', link: '/choosing-a-preset' },
      { text: 'Few labels', link: '/few-labels' },
      { text: 'Poor accuracy', link: '/poor-accuracy' },
      { text: 'Evaluation', link: '/evaluation' },
      { text: 'Explanations', link: '/explanations' },
      { text: 'Mix and match', link: '/mix-and-match' },
      { text: 'IMDb by hand', link: '/imdb-by-hand' },
      { text: 'Moving from fastai', link: '/from-fastai' },
      { text: 'Packages in your project', link: '/packages' },
      { text: 'Several machines', link: '/several-machines' },
    ],
  },
  {
    text: 'Deployment',
    items: [
      { text: 'Use a model in Node', link: '/use-in-node' },
      { text: 'In the browser', link: '/use-in-the-browser' },
      { text: 'As a service', link: '/as-a-service' },
    ],
  },
  {
    text: 'Techniques',
    collapsed: true,
    items: [
      { text: 'Overview', link: '/techniques/' },
      { text: 'Slanted triangular rates', link: '/techniques/slanted-triangular-rates' },
      { text: 'One cycle', link: '/techniques/one-cycle' },
      { text: 'Other schedules', link: '/techniques/other-schedules' },
      { text: 'Discriminative fine-tuning', link: '/techniques/discriminative-fine-tuning' },
      { text: 'Gradual unfreezing', link: '/techniques/gradual-unfreezing' },
      { text: 'Weight drop', link: '/techniques/weight-drop' },
      { text: 'Variational dropout', link: '/techniques/variational-dropout' },
      { text: 'Embedding dropout', link: '/techniques/embedding-dropout' },
      { text: 'Activation regularization', link: '/techniques/activation-regularization' },
      { text: 'Weight tying', link: '/techniques/weight-tying' },
      { text: 'NT-ASGD', link: '/techniques/nt-asgd' },
      { text: 'Sampled softmax', link: '/techniques/sampled-softmax' },
      { text: 'Concat pooling', link: '/techniques/concat-pooling' },
      { text: 'Long texts by windows', link: '/techniques/windows' },
      { text: 'Both directions', link: '/techniques/both-directions' },
      { text: 'Unlabelled texts', link: '/techniques/semi-supervised' },
    ],
  },
  {
    text: 'Plugins',
    items: [
      { text: 'Writing a plugin', link: '/writing-a-plugin' },
      { text: 'Writing a scheduler', link: '/scheduler-plugin' },
      { text: 'Writing an encoder', link: '/encoder-plugin' },
      { text: 'Hooks', link: '/hooks' },
    ],
  },
  {
    text: 'Reference',
    items: [
      { text: 'Command line', link: '/command-line' },
      { text: 'API', link: '/reference/' },
    ],
  },
  {
    text: 'Internals',
    items: [
      { text: 'Architecture', link: '/architecture' },
      { text: 'Results', link: '/results' },
      { text: 'Beside fastai', link: '/beside-fastai' },
      { text: 'Performance', link: '/performance' },
      { text: 'Kernels', link: '/kernels' },
      { text: 'Large data', link: '/large-data' },
      { text: 'Reliability', link: '/reliability' },
      { text: 'Errors', link: '/errors' },
    ],
  },
];

/** Where the site stands below its host, such as `/ulmfit/`. */
const base = process.env['ULMFIT_SITE_BASE'] ?? '/';

export default defineConfig({
  title: 'ULMFiT for TypeScript',
  description: 'Transfer learning for text, in TypeScript: from a file of texts to a classifier.',
  lang: 'en',
  base,
  srcDir: docs,
  srcExclude: ['site/**', 'examples/**', 'data/**'],
  outDir: join(docs, 'site'),
  cacheDir: join(root, 'node_modules/.cache/vitepress'),
  cleanUrls: true,
  head: [
    ['link', { rel: 'icon', type: 'image/svg+xml', href: `${base}icon.svg` }],
    ['style', {}, `:root{${colours('light')}}.dark{${colours('dark')}}`],
  ],
  lastUpdated: false,
  // The index that search reads is one file.
  vite: {
    build: { chunkSizeWarningLimit: 10_000, rollupOptions: { onwarn } },
    plugins: [siteModels()],
    // A file that a page and a worker name has one name, so that it is there once.
    worker: {
      format: 'es',
      rollupOptions: { onwarn, output: { assetFileNames: 'assets/[name].[hash].[ext]' } },
    },
  },
  // Pages name files of the repository, which lie outside of the site.
  markdown: {
    config: (markdown) => {
      // Braces in a formula are no expression of Vue's.
      markdown.use(katex, {
        throwOnError: true,
        transformer: (html) => html.replace('<span class="katex', '<span v-pre class="katex'),
      });
      markdown.core.ruler.push('repository-files', linksToRepository);
      markdown.core.ruler.push('pictures', picturesInPages);
    },
  },
  themeConfig: {
    logo: '/icon.svg',
    nav: [
      {
        text: 'Guides',
        link: '/your-own-data',
        activeMatch: '^/(?!$|reference|techniques|playground|command-line)',
      },
      { text: 'Techniques', link: '/techniques/', activeMatch: '^/techniques' },
      { text: 'Playground', link: '/playground' },
      { text: 'Command line', link: '/command-line' },
      { text: 'API', link: '/reference/', activeMatch: '^/reference' },
    ],
    sidebar: { '/reference/': [{ text: 'API', link: '/reference/', items: reference }], '/': sidebar },
    outline: [2, 3],
    search: {
      provider: 'local',
      options: { _render: searchable, miniSearch: { searchOptions: { boostDocument: guidesFirst } } },
    },
    socialLinks: [{ icon: 'github', link: repository }],
    footer: { message: 'Apache-2.0' },
  },
});

/** Passes warnings on, but for comments of libraries that stand where Rollup makes nothing of them. */
function onwarn(warning, warn) {
  if (warning.code !== 'INVALID_ANNOTATION') warn(warning);
}

/** How much a page counts in search: a word of the reference stands in a guide, too. The browser gets this function as it is. */
function guidesFirst(id) {
  return id.includes('/reference/') ? 0.3 : 1;
}

/** What search reads of a page: its words, without those in pictures, and each formula once. */
function searchable(source, env, markdown) {
  const html = markdown.render(source, env);
  if (env.frontmatter?.search === false) return '';
  return html.replace(/<svg[^]*?<\/svg>|<math[^]*?<\/math>/g, '');
}

/**
 * Puts pictures into their pages, so that they are of the scheme that the reader has chosen. Standing alone, as in the
 * repository, they follow the system's.
 */
function picturesInPages(state) {
  const page = state.env.path;
  if (typeof page !== 'string') return;
  for (const block of state.tokens)
    for (const token of block.children ?? []) {
      const source = token.type === 'image' ? token.attrGet('src') : null;
      if (!source?.endsWith('.svg')) continue;
      const drawn = readFileSync(join(dirname(page), source), 'utf8').replace(/<style>.*?<\/style>/gs, '');
      token.type = 'html_inline';
      token.content = `<span class="picture" v-pre>${drawn.trim()}</span>`;
    }
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
