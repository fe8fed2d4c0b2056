// `npm run test:playground`: builds the site's playground and uses it in Chromium as a visitor does, by the keyboard alone, on a desktop and on
// a phone; then without a network. Its models have random weights: what they say is not looked at.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import {
  chromium as launcher,
  type Browser,
  type BrowserContext,
  type Locator,
  type Page,
} from 'playwright-core';
import { chromium, chromiumOptions } from './chromium.js';
import { buildPlayground, serveSite, writeModelPackages } from './playground-site.js';

const PATIENCE = 60_000;
const sizes = [
  { width: 1280, height: 900 },
  { width: 390, height: 844 },
];

describe(
  'the playground',
  { skip: chromium === undefined && 'there is no Chromium; ULMFIT_CHROMIUM names one' },
  () => {
    const root = join(import.meta.dirname, '../../node_modules/.cache');
    mkdirSync(root, { recursive: true });
    // Within the repository, where the site's configuration finds its packages.
    const folder = mkdtempSync(join(root, 'ulmfit-playground-'));
    const models = join(folder, 'models');
    let site: string;
    let browser: Browser;
    let server: Awaited<ReturnType<typeof serveSite>>;

    before(async () => {
      writeModelPackages(models);
      site = buildPlayground(folder, models);
      server = await serveSite(site);
      browser = await launcher.launch({ ...chromiumOptions, args: ['--no-sandbox', '--disable-gpu'] });
    });
    after(async () => {
      await browser?.close();
      server?.close();
      rmSync(folder, { recursive: true, force: true });
    });

    /** Opens the page, and gathers what it does wrong. */
    async function visit(context: BrowserContext): Promise<{ page: Page; faults: string[] }> {
      const page = await context.newPage();
      page.setDefaultTimeout(PATIENCE);
      const faults: string[] = [];
      page.on('pageerror', ({ message }) => faults.push(message));
      page.on('request', (request) => {
        const url = request.url();
        if (!url.startsWith(new URL(server.url).origin) && !/^(data|blob):/.test(url)) faults.push(url);
      });
      await page.goto(server.url);
      // Until the page is alive, keys are lost.
      await part(page, 'Write a schedule').locator('path.curve[d^="M"]').waitFor();
      return { page, faults };
    }
    const part = (page: Page, name: string): Locator => page.locator(`section[aria-label="${name}"]`);

    /** Goes to something by the keyboard alone, from wherever the focus is. */
    async function tabTo(page: Page, target: Locator): Promise<void> {
      for (let i = 0; i < 200; i++) {
        if (await target.evaluate((element) => element === element.ownerDocument.activeElement)) return;
        await page.keyboard.press('Tab');
      }
      assert.fail('it can’t be reached by the keyboard');
    }

    for (const viewport of sizes)
      it(`classifies, continues, draws and trains by the keyboard, ${viewport.width} px wide`, async () => {
        const context = await browser.newContext({ viewport });
        const { page, faults } = await visit(context);

        const classify = part(page, 'Classify a text');
        const load = classify.getByRole('button', { name: /^Load @ulmfit\/sentiment-en \(\d/ });
        await tabTo(page, load);
        await page.keyboard.press('Enter');
        const text = classify.getByLabel('A film review');
        await classify.getByText('@ulmfit/sentiment-en is loaded').waitFor();
        await tabTo(page, text);
        await page.keyboard.press('Control+A');
        const review = 'A good film, and <b>no</b> dull & slow plot';
        await page.keyboard.type(review);
        await eventually(() => classify.locator('.coloured-text').textContent(), review);
        assert.match(
          (await classify.getByRole('status').last().textContent()) ?? '',
          /^(neg|pos), [\d.]+ %$/,
        );
        assert.deepEqual(await classify.getByRole('rowheader').allTextContents(), ['neg', 'pos']);
        assert.ok((await classify.locator('.coloured-text span').count()) > 0);
        await page.keyboard.press('Control+A');
        await page.keyboard.press('Delete');
        await eventually(() => classify.locator('.coloured-text').count(), 0);

        const go = part(page, 'Continue a text');
        await tabTo(page, go.getByRole('button', { name: /^Load @ulmfit\/pretrained-en/ }));
        await page.keyboard.press('Enter');
        await go.getByText('@ulmfit/pretrained-en is loaded').waitFor();
        await tabTo(page, go.getByRole('button', { name: 'Continue' }));
        await page.keyboard.press('Enter');
        await go.getByText(/words and marks in/).waitFor();
        assert.ok(((await go.locator('.made').textContent()) ?? '').length > 'The film was'.length + 20);

        const draw = part(page, 'Draw a schedule');
        const label = () => draw.getByRole('img').getAttribute('aria-label');
        assert.match((await label()) ?? '', /from 0.0313 to .*highest 1 at step 20/);
        await tabTo(page, draw.getByLabel(/cutFraction/));
        for (let i = 0; i < 10; i++) await page.keyboard.press('ArrowRight');
        await eventually(async () => /highest 1 at step 40/.test((await label()) ?? ''), true);
        assert.equal(
          await draw.locator('pre').textContent(),
          'slantedTriangular({ cutFraction: 0.2, ratio: 32 })',
        );
        const select = draw.getByLabel('Schedule');
        await select.selectOption('cosineWarmRestarts');
        await eventually(
          () => draw.locator('pre').textContent(),
          'cosineWarmRestarts({ cycles: 3, lengthFactor: 2, lowest: 0 })',
        );

        const train = part(page, 'Train a classifier');
        const lines = train.getByLabel(/Lines to learn from/);
        await lines.fill('good\nbad: no');
        await train.getByRole('button', { name: 'Train' }).click();
        await eventually(
          () => train.getByRole('alert').textContent(),
          'Line 1 has no label: write “label: text”.',
        );
        const half = [
          'sun: a warm and dry day',
          'sun: dry and bright',
          'rain: wet and cold',
          'rain: a grey wet day',
        ];
        await lines.fill([...half, ...half, ...half].join('\n'));
        await tabTo(page, train.getByRole('button', { name: 'Train' }));
        await page.keyboard.press('Enter');
        await train.locator('path.curve[d*="L"]').waitFor();
        await train.getByRole('button', { name: 'Cancel' }).press('Enter');
        await train.getByText(/^Stopped after \d+ of 28 steps\.$/).waitFor();
        await train.getByRole('button', { name: 'Train' }).press('Enter');
        await train.getByText(/^Trained in .* gets \d+ % of these lines right\.$/).waitFor();
        await train.getByLabel('Try it').fill('a cold and wet morning');
        await eventually(async () => (await train.locator('.verdict').textContent())?.split(',')[0], 'rain');
        await eventually(() => train.locator('.coloured-text').textContent(), 'a cold and wet morning');

        assert.ok(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'));
        assert.deepEqual(faults, []);
        await context.close();
      });

    it('stops a schedule that never ends, and says what is wrong in one line', async () => {
      const context = await browser.newContext();
      const { page, faults } = await visit(context);
      const write = part(page, 'Write a schedule');
      const code = write.getByLabel('Code that returns a schedule');
      const alert = () => write.getByRole('alert').textContent();
      await code.fill('return () => { for (;;); }');
      await eventually(alert, 'Stopped after 1 second: does every loop end?');
      await code.fill('return () => missing');
      await eventually(alert, 'ReferenceError: missing is not defined');
      await code.fill('return byEpoch(linear(1, 0))');
      await eventually(alert, '');
      await eventually(
        () => write.getByRole('img').getAttribute('aria-label'),
        'factor of the learning rate: from 1 to 0.5; highest 1 at step 0, lowest 0.5 at step 100',
      );
      assert.deepEqual(faults, []);
      await context.close();
    });

    it('takes a visitor’s own file, and refuses another in one line', async () => {
      const context = await browser.newContext();
      const { page } = await visit(context);
      const classify = part(page, 'Classify a text');
      const file = classify.locator('input[type=file]');
      await file.setInputFiles(join(models, 'pretrained-en/model.ulmfit'));
      await eventually(
        () => classify.getByRole('alert').textContent(),
        'This file holds a language model; choose a classifier.',
      );
      const broken = join(folder, 'broken.ulmfit');
      writeFileSync(broken, 'no zip');
      await file.setInputFiles(broken);
      await eventually(
        async () => /^broken\.ulmfit: [^\n]+$/.test((await classify.getByRole('alert').textContent()) ?? ''),
        true,
      );
      await file.setInputFiles(join(models, 'sentiment-en/model.ulmfit'));
      await classify.getByText('model.ulmfit is loaded').waitFor();
      await eventually(() => classify.locator('.coloured-text').count(), 1);
      await context.close();
    });

    it('works without a network once it has been loaded', async () => {
      const context = await browser.newContext();
      const { page, faults } = await visit(context);
      const classify = part(page, 'Classify a text');
      await classify.getByRole('button', { name: /^Load @ulmfit/ }).click();
      await classify.getByText('is loaded').waitFor();
      await page.getByText('it works without a network').waitFor();
      server.close();
      try {
        await page.reload();
        await part(page, 'Write a schedule').locator('path.curve[d^="M"]').waitFor();
        await classify
          .getByRole('button', { name: 'Load @ulmfit/sentiment-en (kept in this browser)' })
          .click();
        await classify.locator('.coloured-text').waitFor();
        const train = part(page, 'Train a classifier');
        await train.getByRole('button', { name: 'Train' }).click();
        await train.getByText(/^Trained in/).waitFor();
        // What has not been loaded before is missed in one line.
        const go = part(page, 'Continue a text');
        await go.getByRole('button', { name: /^Load @ulmfit/ }).click();
        await eventually(
          () => go.getByRole('alert').textContent(),
          'The model can’t be fetched: check the network, then load it again.',
        );
        assert.deepEqual(faults, []);
      } finally {
        server = await serveSite(site);
      }
      await context.close();
    });

    it('says how to get a model where the site has none, and all else works', async () => {
      const bare = join(folder, 'bare');
      mkdirSync(bare);
      const other = await serveSite(buildPlayground(bare, join(folder, 'nowhere')));
      const page = await browser.newPage();
      await page.goto(other.url);
      const classify = part(page, 'Classify a text');
      assert.match(
        (await classify.textContent()) ?? '',
        /This site was built without a model\. Train one by npx ulmfit run/,
      );
      assert.equal(await classify.getByRole('button', { name: /^Load/ }).count(), 0);
      await classify.locator('input[type=file]').setInputFiles(join(models, 'sentiment-en/model.ulmfit'));
      await classify.getByText('model.ulmfit is loaded').waitFor({ timeout: PATIENCE });
      await page.close();
      other.close();
    });
  },
);

/** Waits until something is as expected. */
async function eventually<T>(read: () => T | Promise<T>, expected: Awaited<T>): Promise<void> {
  const end = performance.now() + PATIENCE;
  for (;;) {
    const found = await read();
    if (found === expected) return;
    if (performance.now() > end) return assert.equal(found, expected);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
