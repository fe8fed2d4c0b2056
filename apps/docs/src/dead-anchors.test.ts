import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { deadAnchors } from './dead-anchors.js';

it('finds links into a page that lead nowhere', () => {
  const site = mkdtempSync(join(tmpdir(), 'site-'));
  onTestFinished(() => rmSync(site, { recursive: true }));
  mkdirSync(join(site, 'techniques'));
  const links = [
    '#here',
    '#gone',
    '/docs/techniques/one-cycle#formula',
    '/docs/techniques/one-cycle#gone',
    './techniques/#gone',
    'https://elsewhere.example/#gone',
  ];
  const page = links.map((href) => `<a class="x" href="${href}">x</a>`).join('');
  writeFileSync(join(site, 'index.html'), `<h2 id="here">x</h2>${page}`);
  writeFileSync(join(site, 'techniques/one-cycle.html'), '<h2 id="formula">x</h2>');
  writeFileSync(join(site, 'techniques/index.html'), '');
  expect(deadAnchors(site, '/docs/')).toEqual([
    { page: 'index.html', href: '#gone' },
    { page: 'index.html', href: '/docs/techniques/one-cycle#gone' },
    { page: 'index.html', href: './techniques/#gone' },
  ]);
});
